// basic-ftp as a program, for the table of clients: a job as JSON in the first argument (client-job.ts), done in one session.
import { join } from "node:path";
import { Client } from "basic-ftp";

const { host, port, user, password, direction, tree, names, localDir, remoteDir } = JSON.parse(process.argv[2] ?? "");
const client = new Client();
try {
  await client.access({ host, port, user, password });
  if (tree) {
    await client.downloadToDir(localDir, remoteDir);
  } else {
    await client.cd(remoteDir);
    for (const name of names) {
      if (direction === "download") await client.downloadTo(join(localDir, name), name);
      else await client.uploadFrom(join(localDir, name), name);
    }
  }
} finally {
  client.close();
}

// What sessions leave in the process of a bridge: no object of theirs.
import { queryObjects } from "node:v8";
import { expect, test } from "vitest";
import { ResumingWriter } from "../../src/bridge/resuming.ts";
import { LinkedAbort } from "../../src/platform/abort.ts";
import { StreamConnection } from "../../src/platform/stream-connection.ts";
import { OpenFile } from "../../src/ssh/sftp/server/handles.ts";
import { openFlags, statusCodes } from "../../src/ssh/sftp/wire/message-types.ts";
import { SftpCalls } from "../ssh/sftp/session.ts";
import { watchResources } from "../support/resources.ts";
import { until } from "../support/until.ts";
import { startFtpBehind } from "./ftp-rig.ts";
import { bridgeForSshUsers, startSftp } from "./rig.ts";

watchResources();

const sessions = 12;
const { read, write, create, truncate } = openFlags;

type Kind = Parameters<typeof queryObjects>[0];

/** Behind a collection. */
const count = (kinds: readonly Kind[]): number[] => kinds.map((kind) => queryObjects(kind, { format: "count" }));

/** Fewer than one of each kind for every three sessions: the last ones are still closing. */
async function leavesNothing(kinds: readonly Kind[], session: () => Promise<void>): Promise<void> {
  for (let count = 0; count < 3; count += 1) await session();
  const before = count(kinds);
  for (let count = 0; count < sessions; count += 1) await session();
  await until(
    () => `objects before ${before}, behind ${sessions} sessions ${count(kinds)}`,
    () => count(kinds).every((now, index) => now - (before[index] ?? 0) < sessions / 3),
  );
}

test("SFTP in front of FTP", async () => {
  await using behind = await startFtpBehind();
  await leavesNothing([OpenFile, LinkedAbort], async () => {
    await using sftp = new SftpCalls(behind.files);
    const file = (await sftp.open("/a", write | create | truncate)) as Uint8Array;
    expect(await sftp.write(file, 0, "text")).toBe(statusCodes.ok);
    expect(await sftp.close(file)).toBe(statusCodes.ok);
    expect(await sftp.read((await sftp.open("/a", read)) as Uint8Array, 0, 100)).toBe("text");
  });
});

test("FTP in front of SFTP, with an SSH connection for each session", async () => {
  await using sftp = await startSftp();
  await using bridge = await bridgeForSshUsers(sftp);
  await leavesNothing([ResumingWriter, StreamConnection], async () => {
    const client = await bridge.login("anna", "right");
    await client.ask("TYPE I", 200);
    expect(await client.upload("STOR a", "text")).toEqual([150, 226]);
    expect((await client.download("RETR a")).text).toBe("text");
    await client.ask("QUIT", 221);
  });
});

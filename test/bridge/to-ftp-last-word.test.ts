// An FTP server whose last word on a download is late, as vsftpd's is by a round trip.
import { expect, test } from "vitest";
import { openFtpFileSystem } from "../../src/index.ts";
import { Deferred } from "../../src/platform/deferred.ts";
import { openFlags, statusCodes } from "../../src/ssh/sftp/wire/message-types.ts";
import { SftpCalls } from "../ssh/sftp/session.ts";
import { handlers, type Quirk, startQuirkyServer } from "../support/quirky-server.ts";
import { watchResources } from "../support/resources.ts";
import { until } from "../support/until.ts";

watchResources();

const text = "the whole of it";

/** Sends so much of the file, its end in order, and then says nothing before `spoken`. */
const retr =
  (bytes: number, spoken: Promise<void>, reply: string): Quirk =>
  async (_, { control, data }) => {
    const socket = await data?.accept();
    await control.reply("150 here");
    socket?.end(Buffer.from(text.slice(0, bytes)));
    await spoken;
    await control.reply(reply);
    return true;
  };

async function start(bytes: number, reply: string) {
  const spoken = new Deferred();
  // A server that is known to read its commands in order.
  const greeting = "220 (vsFTPd 3.0.3)";
  const ftp = await startQuirkyServer({
    files: { "/a": text },
    greeting,
    quirks: { RETR: retr(bytes, spoken.promise, reply) },
  });
  const files = await openFtpFileSystem({ host: ftp.host, port: ftp.port, user: "me", password: "secret" });
  const sftp = new SftpCalls(files);
  const file = await sftp.open("/a", openFlags.read);
  if (typeof file === "number") throw new Error(`status ${file}`);
  const dispose = async (): Promise<void> => {
    spoken.resolve();
    await sftp[Symbol.asyncDispose]();
    await files[Symbol.asyncDispose]();
    await ftp.stop();
  };
  return { ftp, sftp, file, spoken, [Symbol.asyncDispose]: dispose };
}

test("a file of a known size ends with its data, and its session carries others when the last word has come", async () => {
  await using behind = await start(text.length, "226 done");
  const { ftp, sftp, file, spoken } = behind;
  expect(await sftp.read(file, 0, 100)).toBe(text);
  expect(await sftp.read(file, text.length, 100)).toBe(statusCodes.endOfFile);
  expect(await sftp.close(file)).toBe(statusCodes.ok);
  expect(ftp.lines.filter((line) => line === "ABOR")).toEqual([]);
  spoken.resolve();
  await until("its session prepares the next file", () => ftp.lines.lastIndexOf("EPSV") > ftp.lines.indexOf("RETR /a"));
});

test("a server that is not known to read in order gets no byte of a file before it has said that it takes it", async () => {
  const taking = [new Deferred(), new Deferred()];
  let asked = 0;
  const stor: Quirk = async (path, session, files) => {
    asked += 1;
    await taking[asked - 1]?.promise;
    await handlers["STOR"]?.(path, session, files);
    return true;
  };
  const ftp = await startQuirkyServer({ files: {}, quirks: { STOR: stor } });
  const files = await openFtpFileSystem({ host: ftp.host, port: ftp.port, user: "me", password: "secret" });
  await using sftp = new SftpCalls(files);
  const flags = openFlags.write | openFlags.create | openFlags.truncate;
  taking[0]?.resolve();
  const first = (await sftp.open("/a", flags)) as Uint8Array;
  expect(await sftp.close(first)).toBe(statusCodes.ok);
  let isOpen = false;
  const second = sftp.open("/b", flags).finally(() => {
    isOpen = true;
  });
  await until("the second is asked for", () => asked === 2);
  expect(isOpen).toBe(false);
  taking[1]?.resolve();
  expect(await sftp.close((await second) as Uint8Array)).toBe(statusCodes.ok);
  await files[Symbol.asyncDispose]();
  await ftp.stop();
});

test("a file that ends before its size has no end before the last word, and then it is a failure", async () => {
  await using behind = await start(4, "550 broken");
  const { sftp, file, spoken } = behind;
  const asked = Promise.all([sftp.read(file, 0, 100), sftp.read(file, 4, 100)]);
  spoken.resolve();
  const answers = await asked;
  expect(answers).not.toContain(statusCodes.endOfFile);
});

// `-j auto` where real servers take fewer sessions: the run goes on with those that there are.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connectFtp, connectSftp, downloadDirectory, type ServerSession } from "../../src/connect/index.ts";
import type { TraceEvent } from "../../src/platform/trace.ts";
import { startDelayRelay } from "../support/delay-relay.ts";
import { type FtpServer, startProftpd, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { startSshd } from "../support/sshd.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

watchResources();

const names = Array.from({ length: 30 }, (_, at) => `f${at}`);
let here: TempDir;
beforeEach(() => {
  here = makeTempDir("here");
});
afterEach(() => here.remove());

/** Each file takes so long that another session would be worth it. */
const delayMs = 10;

async function expectWhole(session: ServerSession, path: string): Promise<void> {
  const notes: string[] = [];
  const result = await downloadDirectory(session, path, here.file("copy"), { onNote: (note) => notes.push(note) });
  expect(result).toMatchObject({ files: names.length, failed: 0 });
  expect(notes).toEqual([]);
  expect(readdirSync(here.file("copy")).sort()).toEqual([...names].sort());
  for (const name of names) expect(readFileSync(here.file(`copy/${name}`), "utf8")).toBe(name.repeat(100));
}

const servers: readonly (readonly ["vsftpd" | "proftpd", (lines: string[]) => Promise<FtpServer>, string, string])[] = [
  ["vsftpd", (lines) => startVsftpd({ lines }), "max_per_ip=1", "421"],
  ["proftpd", (lines) => startProftpd({ lines }), "MaxClientsPerHost 1", "530"],
];

for (const [name, start, line, refusal] of servers) {
  describePeers([name], `${name} with ${line}`, () => {
    test("a tree comes whole, nobody is told of the refusal, and the session can be used", async () => {
      await using server = await start([line]);
      for (const file of names) server.place(file, file.repeat(100));
      await using relay = await startDelayRelay({ target: { host: server.address, port: server.port }, delayMs });
      const replies: string[] = [];
      const trace = (event: TraceEvent): void => {
        if (event.type === "ftp.reply") replies.push(event.lines.at(-1) ?? "");
      };
      const { user, password } = server;
      await using session = await connectFtp({ host: "127.0.0.1", port: relay.port, user, password, trace });
      await expectWhole(session, "/");
      expect(replies.some((reply) => reply.startsWith(refusal))).toBe(true);
      expect(await session.quote("NOOP")).toMatchObject({ code: 200 });
    });
  });
}

describePeers(["sshd"], "sshd with MaxSessions 1", () => {
  test("a tree comes whole over the one channel", async () => {
    await using sshd = await startSshd({ lines: ["MaxSessions 1", "Subsystem sftp internal-sftp"] });
    await using relay = await startDelayRelay({ target: { host: sshd.address, port: sshd.port }, delayMs });
    await using there = makeTempDir("there");
    for (const name of names) writeFileSync(there.file(name), name.repeat(100));
    const ssh = { host: sshd.hostAlias, configFile: sshd.configFor(relay) };
    await using session = await connectSftp({ ssh });
    await expectWhole(session, there.path);
  });
});

// SFTP in front of an FTP server that is reached through sshd, inside TLS; and sshd lost in the middle of an upload.
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openFtpFileSystem } from "../../src/index.ts";
import { systemTime } from "../../src/network/system-clock.ts";
import { makePublicCertificate } from "../support/certificate.ts";
import { runClient } from "../support/clients/run-client.ts";
import type { FtpServer } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { startSshServer } from "../support/ssh-server.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { makeTempDir } from "../support/tempdir.ts";
import { until } from "../support/until.ts";
import { expectSameBytes } from "./session.ts";
import { startTlsServer } from "./tls-servers.ts";

watchResources();

const signal = new AbortController().signal;
const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * index + (index >> 8)) & 255));

function bytesIn(ftp: FtpServer, name: string): number {
  try {
    return ftp.content(name).length;
  } catch {
    return 0; // not yet there
  }
}

describePeers(["sshd", "ssh", "vsftpd", "proftpd-tls"], "SFTP in front of FTP inside TLS, through sshd", () => {
  let sshd: Sshd;
  let keys: ReturnType<typeof makePublicCertificate>;
  beforeAll(async () => {
    keys = makePublicCertificate();
    sshd = await startSshd();
  });
  afterAll(async () => {
    await sshd.stop();
    keys.remove();
  });

  test.each([
    ["vsftpd", "implicit", "openssh"],
    ["proftpd-tls", "explicit", "embedded"],
  ] as const)("%s, %s TLS, %s: files go there and back, and an upload goes on when sshd is lost", async (...row) => {
    const [name, kind, transport] = row;
    await using ftp = await startTlsServer(name, keys, kind);
    await using files = await openFtpFileSystem({
      host: ftp.address,
      port: ftp.port,
      user: ftp.user,
      password: ftp.password,
      tls: { kind, ca: keys.certificate },
      via: { ssh: { host: sshd.hostAlias, configFile: sshd.configFile }, transport },
    });
    const ours = await startSshServer({ files: () => files, now: systemTime });
    const here = makeTempDir("front");
    writeFileSync(here.file("put"), content);
    const lines = ["put", "get"].map((way) =>
      way === "put" ? `put ${here.file("put")} a` : `get a ${here.file("back")}`,
    );
    const sftp = ["-F", ours.configFile, "-b", "-", ours.hostAlias];
    const { exit, stderr } = await runClient("sftp", sftp, { input: `${lines.join("\n")}\n` });
    expect(exit, stderr).toBe(0);
    expectSameBytes(ftp.content("a"), content, "at the server");
    expectSameBytes(readFileSync(here.file("back")), content, "here");

    const writer = await files.openWrite("/b", { start: "truncate", signal });
    await writer.write([content.subarray(0, 1_500_000)]);
    await until("some of it is there", () => bytesIn(ftp, "b") > 100_000);
    await sshd.killConnections();
    await writer.write([content.subarray(1_500_000)]);
    await writer.finish();
    await writer[Symbol.asyncDispose]();
    expectSameBytes(ftp.content("b"), content, "after the loss");
    await ours.stop();
    here.remove();
  });
});

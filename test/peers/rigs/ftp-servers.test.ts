import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { freePortRange } from "../../support/free-port.ts";
import type { FtpServerOptions } from "../../support/ftp-server-options.ts";
import { type FtpServer, ftpServers } from "../../support/ftp-servers.ts";
import { listeningPortsOf } from "../../support/listening.ts";
import { describePeers } from "../../support/missing.ts";
import { isRunning } from "../../support/processes.ts";

const curl = (server: FtpServer, path: string, ...args: string[]) => {
  const host = server.address.includes(":") ? `[${server.address}]` : server.address;
  const url = `ftp://${host}:${server.port}/${path}`;
  return spawnSync("curl", ["-sS", "--user", `${server.user}:${server.password}`, url, ...args]);
};

for (const kind of ["vsftpd", "proftpd"] as const) {
  describePeers([kind, "curl"], `the ${kind} rig`, () => testServer(ftpServers[kind]));
}

function testServer(start: (options?: FtpServerOptions) => Promise<FtpServer>): void {
  test("gives and takes files of its directory", async () => {
    await using server = await start();
    server.place("given.txt", "given\n");
    expect(curl(server, "given.txt").stdout.toString()).toBe("given\n");
    const put = spawnSync(
      "curl",
      ["-sS", "-T", "-", "--user", `${server.user}:${server.password}`, `ftp://127.0.0.1:${server.port}/taken`],
      { input: "taken" },
    );
    expect(put.stderr.toString()).toBe("");
    expect(server.content("taken").toString()).toBe("taken");
    await server.waitForLog(/STOR taken/);
  });

  test("appends to, renames and deletes what the test placed there", async () => {
    await using server = await start();
    server.place("file", "one ");
    const append = spawnSync(
      "curl",
      ["-sS", "-a", "-T", "-", "--user", `${server.user}:${server.password}`, `ftp://127.0.0.1:${server.port}/file`],
      { input: "two" },
    );
    expect(append.stderr.toString()).toBe("");
    expect(server.content("file").toString()).toBe("one two");
    expect(curl(server, "", "-Q", "RNFR file", "-Q", "RNTO other", "-Q", "MKD dir", "-Q", "RMD dir").status).toBe(0);
    expect(server.content("other").toString()).toBe("one two");
    expect(curl(server, "", "-Q", "DELE other").status).toBe(0);
    expect(existsSync(`${server.root}/other`)).toBe(false);
  });

  test("listens on IPv6 when asked", async () => {
    await using server = await start({ address: "::1" });
    server.place("file", "six");
    expect(curl(server, "file").stdout.toString()).toBe("six");
    expect(curl(server, "file", "-P", "-").stdout.toString()).toBe("six");
  });

  test("keeps to its passive ports", async () => {
    const passivePorts = await freePortRange(2); // ProFTPD refuses a range of one
    await using server = await start({ passivePorts });
    server.place("file", "x");
    const port = Number(/\|\|\|(\d+)\|/.exec(curl(server, "file", "-v").stderr.toString())?.[1]);
    expect([passivePorts.first, passivePorts.last]).toContain(port);
  });

  test("leaves neither process nor directory nor user when stopped", async () => {
    const server = await start();
    expect(listeningPortsOf(server.pid)).toContain(server.port);
    await Promise.all([server.stop(), server.stop()]);
    expect(isRunning(server.pid)).toBe(false);
    expect(existsSync(server.root)).toBe(false);
    if (server.user.startsWith("sally")) expect(spawnSync("id", [server.user]).status).toBe(1);
  });

  test("several start at the same time", async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => start()));
    expect(new Set(all.map((server) => server.port)).size).toBe(4);
    await Promise.all(all.map((server) => server.stop()));
  });
}

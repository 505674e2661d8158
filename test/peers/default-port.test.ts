// RFC 959's default data ports on both sides: S17 and S18.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTunnel, type Tunnel } from "../../src/index.ts";
import { runCurl } from "../support/clients.ts";
import { type FtpServer, startProftpd } from "../support/ftp-servers.ts";
import { type LenientSshServer, startLenientSshServer } from "../support/lenient-ssh-server.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";

watchResources();

describePeers(["sshd", "proftpd", "curl"], "back mode default-port", () => {
  let server: FtpServer;
  beforeAll(async () => {
    server = await startProftpd();
    server.place("file", "content");
  });
  afterAll(() => server.stop());

  const open = (ssh: { readonly hostAlias: string; readonly configFile: string }): Promise<Tunnel> =>
    openTunnel({
      ssh: { host: ssh.hostAlias, configFile: ssh.configFile },
      back: "default-port",
      forwards: [{ port: 0, host: "127.0.0.1", hostPort: server.port }],
    });
  const url = (tunnel: Tunnel): string => `ftp://127.0.0.1:${tunnel.forwards[0]?.port}/file`;

  describe("through an SSH server that may listen on the end of its own connection", () => {
    let ssh: LenientSshServer;
    beforeAll(async () => {
      ssh = await startLenientSshServer();
    });
    afterAll(() => ssh[Symbol.asyncDispose]() as Promise<void>);

    test.each([
      ["EPSV", []],
      ["PORT", ["-P", "-", "--disable-eprt"]],
    ])("S18: a client's %s works", async (_mode, flags) => {
      await using tunnel = await open(ssh);
      const result = await runCurl(["-sv", "-u", `${server.user}:${server.password}`, ...flags, url(tunnel)]);
      expect(result).toMatchObject({ stdout: "content", stderr: "" });
    });
  });

  describe("through OpenSSH's server", () => {
    let sshd: Sshd;
    beforeAll(async () => {
      sshd = await startSshd();
    });
    afterAll(() => sshd.stop());

    test("S18: is a 425 that says which condition failed", async () => {
      await using tunnel = await open(sshd);
      const result = await runCurl(["-sv", "-u", `${server.user}:${server.password}`, url(tunnel)]);
      expect(result.stderr).toMatch(
        /425 .*default data port: the SSH server cannot listen on 127\.0\.0\.1:\d+, the end of its own/,
      );
      expect(result.stderr).toMatch(/needs an SSH server that sets SO_REUSEADDR/);
    });
  });
});

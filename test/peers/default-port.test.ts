// RFC 959's default data ports on the server's side: S17 and S18.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTunnel, type Tunnel } from "../../src/index.ts";
import { runCurl } from "../support/clients.ts";
import { type DefaultPortServer, startDefaultPortServer } from "../support/default-port-server.ts";
import { type FtpServer, startProftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { untilPortsAreFree } from "../support/other-ports.ts";
import { watchResources } from "../support/resources.ts";
import { startSshServer, type TestSshServer } from "../support/ssh-server.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";

watchResources();

interface Ssh {
  readonly hostAlias: string;
  readonly configFile: string;
}

const open = (ssh: Ssh, hostPort: number, transport: "openssh" | "embedded"): Promise<Tunnel> =>
  openTunnel({
    ssh: { host: ssh.hostAlias, configFile: ssh.configFile },
    transport,
    back: "default-port",
    forwards: [{ port: 0, host: "127.0.0.1", hostPort }],
  });

const get = (tunnel: Tunnel, user: string, flags: readonly string[] = []) =>
  runCurl(["-sv", "-u", user, ...flags, `ftp://127.0.0.1:${tunnel.forwards[0]?.port}/file`]);

const transports = ["openssh", "embedded"] as const;
const frontModes = [
  ["EPSV", []],
  ["PORT", ["-P", "-", "--disable-eprt"]],
] as const;

describePeers(["sshd", "curl"], "S18: back mode default-port with a server that goes by RFC 959", () => {
  let server: DefaultPortServer;
  let ours: TestSshServer;
  let sshd: Sshd;
  beforeAll(async () => {
    server = await startDefaultPortServer("content");
    ours = await startSshServer();
    sshd = await startSshd();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await ours.stop();
    await sshd.stop();
  });

  for (const transport of transports) {
    test.each(frontModes)(
      `works through our own SSH server, which sets SO_REUSEADDR, ${transport}, client %s`,
      async (_mode, flags) => {
        await using tunnel = await open(ours, server.port, transport);
        expect(await get(tunnel, "me:pw", flags)).toMatchObject({ stdout: "content" });
      },
    );

    test(`through OpenSSH's server is a 425 that says which condition failed, ${transport}`, async () => {
      await using tunnel = await open(sshd, server.port, transport);
      const { stderr } = await get(tunnel, "me:pw");
      expect(stderr).toMatch(/425 .*the SSH server cannot listen on 127\.0\.0\.1:\d+, the end of its own connection/);
      expect(stderr).toMatch(/needs SO_REUSEADDR on both/);
    });
  }
});

describePeers(
  ["sshd", "proftpd", "curl"],
  "S18: back mode default-port with ProFTPD, which takes the port below",
  () => {
    let server: FtpServer;
    let sshd: Sshd;
    beforeAll(async () => {
      server = await startProftpd();
      server.place("file", "content");
      sshd = await startSshd();
    });
    afterAll(async () => {
      await server.stop();
      await sshd.stop();
    });

    for (const transport of transports) {
      test.each(frontModes)(`works through OpenSSH's server, ${transport}, client %s`, async (_mode, flags) => {
        const session = async () => {
          await using tunnel = await open(sshd, server.port, transport);
          return await get(tunnel, `${server.user}:${server.password}`, flags);
        };
        expect(await untilPortsAreFree(session, ({ stderr }) => stderr)).toMatchObject({ stdout: "content" });
      });
    }
  },
);

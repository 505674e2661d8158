// What an administrator may have set in sshd_config, and what becomes of FTP then. Every refusal keeps its SSH reason.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTunnel, type Tunnel, type TunnelOptions } from "../../src/index.ts";
import { runCurl } from "../support/clients.ts";
import { type FtpServer, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { until } from "../support/until.ts";

watchResources();

const megabyte = "0123456789abcdef".repeat(65_536);

describePeers(["sshd", "vsftpd", "curl"], "sshd variants", () => {
  let server: FtpServer;
  beforeAll(async () => {
    server = await startVsftpd();
    server.place("file", "content");
    server.place("big", megabyte.repeat(20));
    server.place("some", megabyte.repeat(5));
  });
  afterAll(() => server.stop());

  /** curl -v through a tunnel; its standard error has the dialogue. */
  const get = (tunnel: Tunnel, name = "file") =>
    runCurl(["-sv", "-u", `${server.user}:${server.password}`, `ftp://127.0.0.1:${tunnel.forwards[0]?.port}/${name}`]);

  for (const transport of ["openssh", "embedded"] as const) {
    const open = (sshd: Sshd, options: Partial<TunnelOptions> = {}): Promise<Tunnel> =>
      openTunnel({
        ssh: { host: sshd.hostAlias, configFile: sshd.configFile },
        transport,
        forwards: [{ port: 0, host: "127.0.0.1", hostPort: server.port }],
        ...options,
      });

    const withSshd = async (lines: readonly string[], act: (sshd: Sshd) => Promise<void>): Promise<void> => {
      const sshd = await startSshd({ lines });
      try {
        await act(sshd);
      } finally {
        await sshd.stop();
      }
    };

    describe(transport, () => {
      test("AllowTcpForwarding no: 421 with the reason and the hint", () =>
        withSshd(["AllowTcpForwarding no"], async (sshd) => {
          await using tunnel = await open(sshd);
          const { stderr } = await get(tunnel);
          expect(stderr).toMatch(/421 .*127\.0\.0\.1:\d+: administratively prohibited.*AllowTcpForwarding/);
        }));

      test("PermitOpen for the control port alone: login works, the transfer is 425 with the reason", () =>
        withSshd([`PermitOpen 127.0.0.1:${server.port}`], async (sshd) => {
          await using tunnel = await open(sshd, { back: "passive" });
          const { stderr } = await get(tunnel);
          expect(stderr).toMatch(/230 Login successful/);
          expect(stderr).toMatch(/425 Can't open data connection: .*administratively prohibited.*PermitOpen/);
        }));

      test("PermitOpen for the control port alone: back mode auto goes over to active", () =>
        withSshd([`PermitOpen 127.0.0.1:${server.port}`], async (sshd) => {
          await using tunnel = await open(sshd);
          const url = `ftp://127.0.0.1:${tunnel.forwards[0]?.port}/file`;
          // One session, three tries: EPSV and PASV end in a refused channel, then the server connects.
          const { stdout } = await runCurl(["-s", "-u", `${server.user}:${server.password}`, url, url, url]);
          expect(stdout).toContain("content");
        }));

      test("PermitListen none: back mode active is 425 with the reason", () =>
        withSshd(["PermitListen none"], async (sshd) => {
          await using tunnel = await open(sshd, { back: "active" });
          const { stderr } = await get(tunnel);
          expect(stderr).toMatch(/425 Can't open data connection: .*listen.*PermitListen/);
        }));

      test("an FTP server at 127.0.0.2, back mode active: PORT names 127.0.0.1, from where the SSH host comes", () =>
        withSshd([], async (sshd) => {
          const other = await startVsftpd({ address: "127.0.0.2" });
          other.place("file", "content");
          await using tunnel = await open(sshd, {
            back: "active",
            forwards: [{ port: 0, host: "127.0.0.2", hostPort: other.port }],
          });
          const url = `ftp://127.0.0.1:${tunnel.forwards[0]?.port}/file`;
          const { stdout } = await runCurl(["-s", "-u", `${other.user}:${other.password}`, url]);
          await other.stop();
          expect(stdout).toBe("content");
        }));

      test("one command is run at the SSH host, and with noCommand (-N) none", () =>
        withSshd([], async (sshd) => {
          await using quiet = await open(sshd, { noCommand: true });
          expect(await get(quiet)).toMatchObject({ stdout: "content" });
          expect(sshd.log()).not.toMatch(/Starting session: command/);
          await using tunnel = await open(sshd);
          await sshd.waitForLog(/Starting session: command/);
          expect(await get(tunnel)).toMatchObject({ stdout: "content" });
          expect(sshd.log().match(/Starting session: command/g)?.length).toBe(1);
        }));

      test("a forced command that waits for ever is in nobody's way", () =>
        withSshd(["ForceCommand exec tail --pid=$PPID -f /dev/null"], async (sshd) => {
          await using tunnel = await open(sshd);
          await sshd.waitForLog(/Starting session: forced-command/);
          expect(await get(tunnel)).toMatchObject({ stdout: "content" });
        }));

      test("MaxSessions 1: everything works", () =>
        withSshd(["MaxSessions 1"], async (sshd) => {
          for (const back of ["passive", "active"] as const) {
            await using tunnel = await open(sshd, { back });
            expect(await get(tunnel)).toMatchObject({ stdout: "content" });
          }
        }));

      test("RekeyLimit 1M: new keys in the middle of a transfer cost no byte", () =>
        withSshd(["RekeyLimit 1M"], async (sshd) => {
          await using tunnel = await open(sshd);
          const { stdout } = await get(tunnel, "some");
          expect(stdout.length).toBe(5 * megabyte.length);
          expect(stdout === megabyte.repeat(5)).toBe(true);
        }));

      test("S20 killed in mid-transfer: curl sees a broken transfer, the ports stay, the next session works", () =>
        withSshd([], async (sshd) => {
          const lost: string[] = [];
          await using tunnel = await open(sshd, {
            trace: (event) => event.type === "ssh.lost" && lost.push(event.reason),
          });
          const url = `ftp://127.0.0.1:${tunnel.forwards[0]?.port}/big`;
          const args = ["-s", "-u", `${server.user}:${server.password}`, "--limit-rate", "1M", "-o", "/dev/null", url];
          const before = sshd.connections().length;
          expect(before).toBe(1);
          const running = runCurl(args, {
            onStart: () => {
              const poll = setInterval(() => {
                if (tunnel.transfersRunning === 0) return;
                clearInterval(poll);
                void sshd.killConnections();
              }, 5);
            },
          });
          const { exit } = await running;
          expect(exit).not.toBe(0);
          await until("the loss is told", () => lost.length > 0);
          expect(lost.length).toBe(1);
          expect(await get(tunnel)).toMatchObject({ stdout: "content" });
        }));
    });
  }
});

// What the demo says that plain ssh would have ended in, for what curl cannot ask: the words of real programs. The other
// ones are in plain-ssh.test.ts.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loopbackModes } from "../../src/lab/loopback/modes.ts";
import { parseSocketTable } from "../../src/ssh/remote-socket-list.ts";
import { freePort } from "../support/free-port.ts";
import { type FtpServer, startProftpd, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { type Program, startProgram } from "../support/program.ts";
import { watchResources } from "../support/resources.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { portArgument, TestClient } from "../support/test-client.ts";

watchResources();

const wordsOf = (scenario: string): string => loopbackModes.find((mode) => mode.scenario === scenario)?.error ?? "";

describePeers(["sshd", "vsftpd", "proftpd"], "plain ssh -L", () => {
  let sshd: Sshd;
  let vsftpd: FtpServer;
  let proftpd: FtpServer;
  let forward: Program;
  let ports: readonly [number, number];

  beforeAll(async () => {
    [sshd, vsftpd, proftpd] = await Promise.all([startSshd(), startVsftpd(), startProftpd()]);
    ports = [await freePort(), await freePort()];
    const forwards = [vsftpd, proftpd].map((server, index) => `-L${ports[index]}:${server.address}:${server.port}`);
    forward = startProgram("ssh", ["-F", sshd.configFile, "-v", "-N", ...forwards, sshd.hostAlias]);
    await forward.waitForLog(/Entering interactive session/);
  });
  afterAll(async () => {
    await Promise.all([forward, sshd, vsftpd, proftpd].map((one) => one.stop()));
  });

  async function logIn(server: FtpServer, port: number): Promise<TestClient> {
    const client = await TestClient.connect({ host: "127.0.0.1", port });
    await client.expect(220);
    await client.ask(`USER ${server.user}`, 331);
    await client.ask(`PASS ${server.password}`, 230);
    return client;
  }

  test("S16 third-party: an address that is not the client's is refused", async () => {
    await using client = await logIn(vsftpd, ports[0]);
    client.send(`PORT ${portArgument({ host: "127.0.0.2", port: 40_000 })}`);
    expect(await client.nextReply()).toBe(wordsOf("S16"));
  });

  test("S17 default-ports: nobody listens where sshd's connection comes from", async () => {
    await using client = await logIn(proftpd, ports[1]);
    client.send("LIST");
    expect(await client.nextReply()).toBe(wordsOf("S17"));
  });

  test("S18 default-ports-forwarded: sshd cannot listen where its own connection comes from", async () => {
    await using _client = await logIn(vsftpd, ports[0]);
    const [end] = parseSocketTable(readFileSync("/proc/net/tcp", "utf8"), vsftpd.port);
    const backward = ["-F", sshd.configFile, "-N", `-R127.0.0.1:${end?.port}:127.0.0.1:${ports[0]}`, sshd.hostAlias];
    await using ssh = startProgram("ssh", backward);
    const [words] = await ssh.waitForLog(/remote port forwarding failed for listen port \d+/);
    expect(words).toBe(`${wordsOf("S18")} ${end?.port}`);
  });
});

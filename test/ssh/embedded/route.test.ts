// The way to the SSH server: directly, through jump hosts, through a program.
import { once } from "node:events";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { systemNetwork } from "../../../src/network/system-network.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { connectEmbedded } from "../../../src/ssh/embedded/connect-embedded.ts";
import type { EmbeddedConnection } from "../../../src/ssh/embedded/embedded-connection.ts";
import { collect, randomPayload, sendAll } from "../../../src/testing/network/traffic.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { freePort } from "../../support/free-port.ts";
import { describePeers } from "../../support/missing.ts";
import { childrenOf } from "../../support/processes.ts";
import { watchResources } from "../../support/resources.ts";
import { makeSshKey } from "../../support/ssh-keys.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";
import { anyPort, failureOf, never, openTo, witness } from "./open.ts";

watchResources();

/** Adds Host entries `hop0`, `hop1`, … for other servers to the configuration of the first one. */
function withHops(target: Sshd, hops: readonly Sshd[]): void {
  for (const [index, hop] of hops.entries()) {
    const entry = readFileSync(hop.configFile, "utf8").replace(`Host ${hop.hostAlias}`, `Host hop${index}`);
    appendFileSync(target.configFile, `\n${entry}`);
  }
}

/** Bytes go through and come back whole. */
async function expectWorking(connection: EmbeddedConnection): Promise<void> {
  await using listener = await systemNetwork.listen({ host: "127.0.0.1", ports: anyPort, signal: never });
  const near = await connection.network.connect({ host: "127.0.0.1", port: listener.endpoint.port, signal: never });
  const far = await listener.accept({ signal: never });
  far.stream.pipe(far.stream);
  const payload = randomPayload(3_000_000);
  const [echo] = await Promise.all([collect(near.stream), sendAll(near.stream, payload)]);
  expect(echo.equals(payload)).toBe(true);
  await near.closed;
}

describePeers(["sshd"], "ProxyJump", () => {
  test("leads through another SSH server, whose host key is checked, too", async () => {
    await using target = await startSshd();
    await using hop = await startSshd();
    withHops(target, [hop]);
    const seen = witness();
    await using connection = await openTo(target, { jump: "hop0" }, seen);
    await expectWorking(connection);
    expect(connection.serverAddress).toBeUndefined();
    expect(
      seen.events.filter(({ type }) => type === "ssh.connected").map((event) => "target" in event && event.target),
    ).toEqual(["hop0", target.hostAlias]);
    writeFileSync(hop.files.knownHosts, "");
    const failure = await failureOf(openTo(target, { jump: "hop0" }));
    expect(failure).toMatchObject({ code: "SSH_HOST_KEY", message: expect.stringContaining(`:${hop.port}`) });
  });

  test("leads through two of them, in their order", async () => {
    await using target = await startSshd();
    await using first = await startSshd();
    await using second = await startSshd();
    withHops(target, [first, second]);
    await using connection = await openTo(target, { jump: "hop0,hop1" });
    await expectWorking(connection);
    expect(second.log()).toMatch(/Connection from 127.0.0.1/);
    expect(first.connections()).toHaveLength(1);
  });

  test("is taken from the configuration, also for the jump host itself", async () => {
    await using target = await startSshd({ clientLines: ["ProxyJump hop1"] });
    await using first = await startSshd();
    await using second = await startSshd({ clientLines: ["ProxyJump hop0"] });
    withHops(target, [first, second]);
    await using connection = await openTo(target);
    await expectWorking(connection);
    expect(first.connections()).toHaveLength(1);
  });

  test("to a host that names itself goes directly, and in a circle is an error", async () => {
    await using target = await startSshd({ clientLines: ["ProxyJump sallyport-test"] });
    await using connection = await openTo(target);
    await expectWorking(connection);
    await using one = await startSshd({ clientLines: ["ProxyJump hop1"] });
    await using two = await startSshd({ clientLines: ["ProxyJump hop0"] });
    withHops(one, [one, two]);
    expect(await failureOf(openTo(one))).toMatchObject({
      code: "SSH_CONFIG",
      message: expect.stringMatching(/circle/),
    });
  });

  test("that ends at a closed port names jump host and server", async () => {
    await using target = await startSshd();
    await using hop = await startSshd();
    withHops(target, [hop]);
    const port = await freePort();
    const failure = await failureOf(openTo(target, { jump: "hop0", port }));
    expect(failure).toMatchObject({
      code: "SSH_CONNECT",
      message: expect.stringMatching(/from the jump host hop0: .*connect failed \(Connection refused\)/),
    });
  });

  test("is given up with the server behind it when that one's host key is refused", async () => {
    await using target = await startSshd();
    await using hop = await startSshd();
    withHops(target, [hop]);
    writeFileSync(target.files.knownHosts, "");
    expect((await failureOf(openTo(target, { jump: "hop0" }))).code).toBe("SSH_HOST_KEY");
    await expect.poll(() => hop.connections()).toEqual([]);
  });

  test("ends with the target when the jump host's connection is killed", async () => {
    await using target = await startSshd();
    await using hop = await startSshd();
    withHops(target, [hop]);
    await using connection = await openTo(target, { jump: "hop0" });
    await hop.killConnections();
    expect(await connection.lost).toMatchObject({ code: "SSH_DISCONNECTED" });
  });
});

describePeers(["sshd"], "ProxyCommand", () => {
  const relay = `node -e 'const s=require("net").connect(%p,"%h");process.stdin.pipe(s);s.pipe(process.stdout)'`;

  test("carries the connection, and its program goes with it", async () => {
    await using sshd = await startSshd();
    const before = childrenOf(process.pid);
    const connection = await openTo(sshd, { options: [`ProxyCommand=${relay}`] });
    await expectWorking(connection);
    expect(childrenOf(process.pid)).toHaveLength(before.length + 1);
    await connection[Symbol.asyncDispose]();
    expect(childrenOf(process.pid)).toEqual(before);
  });

  test("may be ssh -W", async () => {
    await using sshd = await startSshd();
    const command = `ssh -F ${sshd.configFile} -W %h:%p ${sshd.hostAlias}`;
    await using connection = await openTo(sshd, { options: [`ProxyCommand=${command}`] });
    await expectWorking(connection);
  });

  test("that fails is told with its status and its words, but not with its arguments", async () => {
    await using sshd = await startSshd();
    const seen = witness();
    const options = ["ProxyCommand=sh -c 'echo no way >&2; exit 7' --password=secret"];
    const failure = await failureOf(openTo(sshd, { options }, seen));
    expect(failure).toMatchObject({ code: "SSH_CONNECT", message: "the ProxyCommand sh failed: exit status 7" });
    expect(seen.told).toContain("no way");
  });

  test("that does not heed the hang-up is killed", async () => {
    await using sshd = await startSshd();
    const before = childrenOf(process.pid);
    const ignore = 'for(const n of ["SIGHUP","SIGTERM"])process.on(n,()=>{});setInterval(()=>{},1e6);';
    const deaf = relay.replace("const s", `${ignore}const s`);
    const connection = await openTo(sshd, { options: [`ProxyCommand=${deaf}`] });
    await connection[Symbol.asyncDispose]();
    expect(childrenOf(process.pid)).toEqual(before);
  });

  test("leaves no program when the host key is refused", async () => {
    await using sshd = await startSshd();
    writeFileSync(sshd.files.knownHosts, `[127.0.0.1]:${sshd.port} ${makeSshKey().publicKey}`);
    expect((await failureOf(openTo(sshd, { options: [`ProxyCommand=${relay}`] }))).code).toBe("SSH_HOST_KEY");
  });
});

/** Options without the user's own configuration. */
const plain = { configFile: "none", options: ["UserKnownHostsFile=/dev/null"] } as const;

test("a port where nobody listens is told with the hint", async () => {
  const port = await freePort();
  const failure = await failureOf(connectEmbedded({ ...plain, host: "127.0.0.1", port }, witness().environment, never));
  expect(failure).toMatchObject({
    code: "SSH_CONNECT",
    message: `could not connect to the SSH server 127.0.0.1:${port}: connection refused`,
    hint: expect.stringContaining("-p"),
  });
});

test("a name that does not exist is told", async () => {
  const options = { ...plain, host: "no-such-host.invalid" };
  const failure = await failureOf(connectEmbedded(options, witness().environment, never));
  expect(failure).toMatchObject({ code: "SSH_CONNECT", message: expect.stringMatching(/no such host|name server/) });
});

test("a server that says nothing is given up after ConnectTimeout, and on abort at once", async () => {
  const server = createServer((socket) => socket.on("error", () => {}).resume());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const options = { host: "127.0.0.1", port, configFile: "none", options: ["ConnectTimeout=1"] };
  const clock = new FakeClock();
  const waiting = failureOf(connectEmbedded(options, witness([], clock).environment, never));
  await clock.waitedFor(limits.sshBannerNoteMs); // it is connected
  clock.advance(1000);
  expect(await waiting).toMatchObject({
    code: "SSH_CONNECT",
    message: `127.0.0.1:${port} has sent no SSH identification in 1 s`,
  });
  const controller = new AbortController();
  const reason = { not: "even an error" };
  server.once("connection", () => controller.abort(reason));
  await expect(connectEmbedded(options, witness().environment, controller.signal)).rejects.toBe(reason);
  await new Promise((resolve) => server.close(resolve));
});

test("a server that hangs up at once is told", async () => {
  const server = createServer((socket) => socket.resume().end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const options = { ...plain, host: "127.0.0.1", port };
  const failure = await failureOf(connectEmbedded(options, witness().environment, never));
  expect(failure).toMatchObject({
    code: "SSH_CONNECT",
    message: `the SSH server 127.0.0.1:${port}: closed the connection before the handshake`,
  });
  await new Promise((resolve) => server.close(resolve));
});

test("a server that resets the connection before the handshake is reported with what may be the reason", async () => {
  const server = createServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const options = { ...plain, host: "127.0.0.1", port };
  const failure = await failureOf(connectEmbedded(options, witness().environment, never));
  expect(failure).toMatchObject({ code: "SSH_CONNECT", hint: expect.stringContaining("MaxStartups") });
  await new Promise((resolve) => server.close(resolve));
});

test("a server that speaks another protocol is told", async () => {
  const server = createServer((socket) => socket.resume().end("SSH-1.5-old\r\n"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const options = { ...plain, host: "127.0.0.1", port };
  const failure = await failureOf(connectEmbedded(options, witness().environment, never));
  expect(failure).toMatchObject({ code: "SSH_PROTOCOL", message: expect.stringMatching(/does not speak SSH/) });
  await new Promise((resolve) => server.close(resolve));
});

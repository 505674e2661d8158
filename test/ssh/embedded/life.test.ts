// A connection's life: load, key exchange, loss, disposal.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { systemNetwork } from "../../../src/network/system-network.ts";
import type { Connection } from "../../../src/platform/network.ts";
import type { EmbeddedConnection } from "../../../src/ssh/embedded/embedded-connection.ts";
import { collect, ending, mebibyte, randomPayload, sendAll } from "../../../src/testing/network/traffic.ts";
import { startDelayRelay } from "../../support/delay-relay.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { startSshd } from "../../support/sshd.ts";
import { anyPort, failureOf, never, openTo, witness } from "./open.ts";

watchResources();

const loopback = { host: "127.0.0.1", signal: never } as const;

/** A channel and the other end of it. */
async function pair(connection: EmbeddedConnection): Promise<{ readonly near: Connection; readonly far: Connection }> {
  await using listener = await systemNetwork.listen({ ...loopback, ports: anyPort });
  const [near, far] = await Promise.all([
    connection.network.connect({ ...loopback, port: listener.endpoint.port }),
    listener.accept({ signal: never }),
  ]);
  for (const { stream } of [near, far]) stream.on("error", () => {});
  return { near, far };
}

const hash = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

describePeers(["sshd"], "an embedded connection", () => {
  test("carries load both ways while keys are exchanged every megabyte", async () => {
    await using sshd = await startSshd({ lines: ["RekeyLimit 1M", "LogLevel DEBUG1"] });
    await using connection = await openTo(sshd);
    const payload = randomPayload(6 * mebibyte);
    const pairs = await Promise.all([pair(connection), pair(connection)]);
    const received = await Promise.all(
      pairs.flatMap(({ near, far }) => [
        collect(far.stream).then(hash),
        collect(near.stream).then(hash),
        sendAll(near.stream, payload).then(() => hash(payload)),
        sendAll(far.stream, payload).then(() => hash(payload)),
      ]),
    );
    expect(new Set(received).size).toBe(1);
    expect(sshd.log().match(/SSH2_MSG_KEXINIT received/g)?.length).toBeGreaterThan(5);
    await Promise.all(pairs.flatMap(({ near, far }) => [near.closed, far.closed]));
  });

  test.each(["aes128-ctr", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"])(
    "works with %s",
    async (cipher) => {
      await using sshd = await startSshd({ lines: [`Ciphers ${cipher}`] });
      await using connection = await openTo(sshd);
      const { near, far } = await pair(connection);
      const payload = randomPayload(3 * mebibyte);
      far.stream.pipe(far.stream);
      const [echo] = await Promise.all([collect(near.stream), sendAll(near.stream, payload)]);
      expect(echo.equals(payload)).toBe(true);
      await near.closed;
    },
  );

  test("works with compression", async () => {
    await using sshd = await startSshd();
    await using connection = await openTo(sshd, { compression: true });
    const { near, far } = await pair(connection);
    far.stream.pipe(far.stream);
    const text = "sallyport ".repeat(500_000);
    const [echo] = await Promise.all([collect(near.stream), sendAll(near.stream, text)]);
    expect(String(echo)).toBe(text);
    await near.closed;
  });

  test("without a common algorithm says which is missing and how to allow it", async () => {
    await using sshd = await startSshd({ lines: ["Ciphers aes256-ctr", "MACs umac-64@openssh.com"] });
    expect(await failureOf(openTo(sshd, { options: ["Ciphers=aes128-ctr"] }))).toMatchObject({
      code: "SSH_PROTOCOL",
      message: expect.stringMatching(/no C->S cipher in common/),
      hint: expect.stringContaining("Ciphers=+"),
    });
    expect((await failureOf(openTo(sshd))).hint).toContain("MACs=+");
  });

  test("that is killed in the middle of transfers breaks every channel and listener as lost", async () => {
    await using sshd = await startSshd();
    await using connection = await openTo(sshd);
    const { near, far } = await pair(connection);
    const idle = await pair(connection);
    const listener = await connection.network.listen({ ...loopback, ports: anyPort });
    const waiting = failureOf(listener.accept({ signal: never }));
    far.stream.write(Buffer.alloc(64 * mebibyte));
    near.stream.once("data", () => void sshd.killConnections());
    expect(await ending(near.stream)).toBe("broken");
    expect(await near.closed).toMatchObject({ by: "remote", how: "lost", error: { code: "SSH_DISCONNECTED" } });
    expect(await idle.near.closed).toMatchObject({ by: "remote", how: "lost" });
    expect(await waiting).toMatchObject({ code: "SSH_DISCONNECTED" });
    expect(await connection.lost).toMatchObject({ code: "SSH_DISCONNECTED" });
    expect(await failureOf(connection.network.connect({ ...loopback, port: 1 }))).toMatchObject({
      code: "SSH_DISCONNECTED",
    });
    const again = connection.network.listen({ ...loopback, ports: anyPort });
    expect(await failureOf(again)).toMatchObject({ code: "SSH_DISCONNECTED" });
    expect(await failureOf(connection.exec("true", never))).toMatchObject({ code: "SSH_DISCONNECTED" });
    await listener[Symbol.asyncDispose]();
    for (const end of [far, idle.far]) end.reset();
    await Promise.all([far.closed, idle.far.closed]);
  });

  test("over a line that went dead is given up by keepalive", async () => {
    await using sshd = await startSshd();
    await using relay = await startDelayRelay({ target: { host: sshd.address, port: sshd.port }, delayMs: 0 });
    const options = ["HostKeyAlias=x", "StrictHostKeyChecking=accept-new", "UserKnownHostsFile=/dev/null"];
    const patience = { keepaliveSeconds: 1, keepaliveCountMax: 1 };
    await using connection = await openTo(sshd, { port: relay.port, options, ...patience });
    await relay.stall();
    expect(await connection.lost).toMatchObject({
      code: "SSH_DISCONNECTED",
      message: expect.stringMatching(/does not answer any more/),
    });
  });

  test("survives ServerAliveCountMax times the interval on a line that is only slow", async () => {
    await using sshd = await startSshd();
    await using relay = await startDelayRelay({ target: { host: sshd.address, port: sshd.port }, delayMs: 100 });
    const options = ["StrictHostKeyChecking=accept-new", "UserKnownHostsFile=/dev/null", "ServerAliveInterval=2"];
    await using connection = await openTo(sshd, { port: relay.port, options: [...options, "ServerAliveCountMax=1"] });
    expect((await connection.exec("sleep 4.5; echo still here", never)).stdout).toBe("still here\n");
  });

  test("that we dispose ends its channels as ours, and lost tells nothing", async () => {
    await using sshd = await startSshd();
    const connection = await openTo(sshd);
    const { near, far } = await pair(connection);
    await using listener = await connection.network.listen({ ...loopback, ports: anyPort });
    const waiting = failureOf(listener.accept({ signal: never }));
    near.stream.write(Buffer.alloc(16 * mebibyte));
    await Promise.all([connection[Symbol.asyncDispose](), connection[Symbol.asyncDispose]()]);
    expect(await near.closed).toMatchObject({ by: "local", how: "reset", error: { code: "CLOSED" } });
    expect(await waiting).toMatchObject({ code: "CLOSED" });
    expect(await connection.lost).toBeUndefined();
    await connection[Symbol.asyncDispose]();
    far.reset();
    await far.closed;
    await expect.poll(() => sshd.connections()).toEqual([]);
  });

  test("whose server does not answer any more is disposed by force", async () => {
    await using sshd = await startSshd();
    await using relay = await startDelayRelay({ target: { host: sshd.address, port: sshd.port }, delayMs: 0 });
    const options = ["StrictHostKeyChecking=accept-new", "UserKnownHostsFile=/dev/null"];
    const connection = await openTo(sshd, { port: relay.port, options });
    await relay.stall();
    await connection[Symbol.asyncDispose]();
    expect(await connection.lost).toBeUndefined();
  });

  test("tells the trace of channels and listeners", async () => {
    await using sshd = await startSshd();
    const seen = witness();
    await using connection = await openTo(sshd, {}, seen);
    const { near, far } = await pair(connection);
    far.reset();
    near.reset();
    await near.closed;
    const listener = await connection.network.listen({ ...loopback, ports: anyPort });
    await listener[Symbol.asyncDispose]();
    const types = [
      "ssh.connecting",
      "ssh.connected",
      "ssh.channel.open",
      "ssh.channel.close",
      "listener.open",
      "listener.close",
    ];
    expect(seen.events.map(({ type }) => type)).toEqual(types);
  });
});

// The SSH connection breaks while it is in use: nothing may look complete.
import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { systemNetwork } from "../../../src/network/system-network.ts";
import type { Connection, Listener } from "../../../src/platform/network.ts";
import type { OpenSshConnection } from "../../../src/ssh/openssh/openssh-connection.ts";
import { ending, send } from "../../../src/testing/network/traffic.ts";
import { startDelayRelay } from "../../support/delay-relay.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";
import { anyPort, connectTo, failureOf, never } from "./environment.ts";

watchResources();

const here = { host: "127.0.0.1", signal: never } as const;

describePeers(["ssh", "sshd"], "a lost SSH connection", () => {
  let sshd: Sshd;
  let connection: OpenSshConnection;
  let local: Listener;
  const farEnds: Connection[] = [];

  beforeEach(async () => {
    sshd = await startSshd();
    connection = await connectTo(sshd);
    local = await systemNetwork.listen({ ...here, ports: anyPort });
  });
  afterEach(async () => {
    for (const connection of farEnds.splice(0)) connection.reset();
    await local[Symbol.asyncDispose]();
    await connection[Symbol.asyncDispose]();
    await sshd.stop();
  });

  async function outgoing(): Promise<{ near: Connection; far: Connection }> {
    const [near, far] = await Promise.all([
      connection.network.connect({ ...here, port: local.endpoint.port }),
      local.accept({ signal: never }),
    ]);
    farEnds.push(far);
    return { near, far };
  }

  async function incoming(listener: Listener): Promise<{ near: Connection; far: Connection }> {
    const [far, near] = await Promise.all([
      systemNetwork.connect({ ...here, port: listener.endpoint.port }),
      listener.accept({ signal: never }),
    ]);
    farEnds.push(far);
    return { near, far };
  }

  it("breaks every stream in the middle of a transfer, whichever way it was opened", async () => {
    const listener = await connection.network.listen({ ...here, ports: anyPort });
    const pairs = [await outgoing(), await incoming(listener)];
    for (const { near, far } of pairs) {
      void send(far.stream, Buffer.alloc(4_000_000)).catch(() => {}); // more is to come
      await once(near.stream, "readable");
    }
    const endings = pairs.map(({ near }) => ending(near.stream));
    await sshd.killConnections();
    expect(await Promise.all(endings)).toEqual(["broken", "broken"]);
    for (const { near } of pairs) {
      expect(await near.closed).toMatchObject({ by: "remote", how: "lost", error: { code: "SSH_DISCONNECTED" } });
    }
    const error = await connection.lost;
    expect(error?.code).toBe("SSH_DISCONNECTED");
    expect(error?.message).toMatch(new RegExp(`^the SSH connection to ${sshd.hostAlias} is lost: .+`));
    await listener[Symbol.asyncDispose]();
  });

  it("breaks a stream that waits, fails who waits for a connection, and refuses what comes after", async () => {
    const listener = await connection.network.listen({ ...here, ports: anyPort });
    const { near } = await incoming(listener);
    const seen = ending(near.stream);
    const waiting = failureOf(listener.accept({ signal: never }));
    await sshd.killConnections();
    expect([await seen, (await waiting).code]).toEqual(["broken", "SSH_DISCONNECTED"]);
    await connection.lost;
    const attempts = [
      connection.network.connect({ ...here, port: 21 }),
      connection.network.listen({ ...here, ports: anyPort }),
      connection.exec("true", never),
      listener.accept({ signal: never }),
    ];
    const codes = await Promise.all(attempts.map(async (attempt) => (await failureOf(attempt)).code));
    expect(new Set(codes)).toEqual(new Set(["SSH_DISCONNECTED"]));
    await listener[Symbol.asyncDispose]();
  });

  it("fails a command that runs and a connection that is being opened", async () => {
    const running = failureOf(connection.exec("sleep 60", never));
    await sshd.waitForLog(/Starting session: command/);
    await sshd.killConnections();
    expect((await running).code).toBe("SSH_DISCONNECTED");
  });

  it("is noticed by the keepalive when the network goes silent", async () => {
    const relay = await startDelayRelay({ target: { host: sshd.address, port: sshd.port }, delayMs: 0 });
    const options = [`HostKeyAlias=[${sshd.address}]:${sshd.port}`];
    const more = { port: relay.port, keepaliveSeconds: 1, keepaliveCountMax: 1, options };
    const distant = await connectTo(sshd, more);
    await relay.stall();
    expect((await distant.lost)?.message).toMatch(/not responding/);
    await distant[Symbol.asyncDispose]();
    await relay.stop();
  });

  it("of our own disposal breaks streams as ours, not as complete", async () => {
    const { near } = await outgoing();
    const seen = ending(near.stream);
    await connection[Symbol.asyncDispose]();
    expect(await seen).toBe("broken");
    expect(await near.closed).toMatchObject({ by: "local", how: "reset", error: { code: "CLOSED" } });
  });
});

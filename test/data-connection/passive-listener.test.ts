import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { joinedPair } from "../../src/data-connection/joined-pair.ts";
import {
  openPassiveListener,
  type PassiveListener,
  type PassiveListenerOptions,
} from "../../src/data-connection/passive-listener.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import type { Connection, Network } from "../../src/platform/network.ts";
import { SallyportError } from "../../src/protocol/error.ts";
import { anyPort, never } from "../../src/testing/network/bench.ts";
import { collect, ending, sendAll } from "../../src/testing/network/traffic.ts";
import { freePortRange } from "../support/free-port.ts";
import { watchResources } from "../support/resources.ts";
import { bench } from "./pairs.ts";

const ends = new Set<PassiveListener>();

watchResources();
beforeAll(() => bench.prepare());
afterEach(async () => {
  await Promise.all([...ends].map((end) => end[Symbol.asyncDispose]()));
  ends.clear();
  await bench.clear();
});
afterAll(() => bench.close());

async function open(more: Partial<PassiveListenerOptions> = {}): Promise<PassiveListener> {
  const end = await openPassiveListener({
    network: systemNetwork,
    host: "127.0.0.1",
    ports: anyPort,
    isExpectedPeer: () => true,
    onRejectedPeer: () => {},
    signal: never,
    ...more,
  });
  ends.add(end);
  return end;
}

const knock = (end: PassiveListener): Promise<Connection> => bench.connect(systemNetwork, end.endpoint.port);
const admit = async (end: PassiveListener): Promise<Connection> => bench.keep(await end.accept({ signal: never }));

describe("a passive end", () => {
  it("gives the connection of the peer that came", async () => {
    const end = await open();
    const peer = await knock(end);
    const ours = await admit(end);
    const [text] = await Promise.all([collect(ours.stream), sendAll(peer.stream, "listing")]);
    expect(String(text)).toBe("listing");
  });

  it("keeps a peer that came before anybody asked for it", async () => {
    const end = await open();
    const peer = await knock(end);
    await sendAll(peer.stream, "early upload");
    expect(String(await collect((await admit(end)).stream))).toBe("early upload");
  });

  it("gives its port back as soon as the peer has come", async () => {
    const end = await open({ ports: await freePortRange(1) });
    await knock(end);
    await admit(end);
    const { port } = end.endpoint;
    const again = await bench.listen(systemNetwork, { ports: { first: port, last: port } });
    expect(again.endpoint.port).toBe(port);
  });

  it("serves one connection only", async () => {
    const end = await open({ ports: await freePortRange(1) });
    await knock(end);
    await admit(end);
    await expect(end.accept({ signal: never })).rejects.toMatchObject({ code: "CLOSED" });
    await expect(knock(end)).rejects.toMatchObject({ code: "NET_REFUSED" });
  });

  it("gives one connection to one of two calls that wait", async () => {
    const end = await open();
    const first = admit(end);
    const second = expect(end.accept({ signal: never })).rejects.toMatchObject({ code: "CLOSED" });
    await knock(end);
    await first;
    await second;
  });

  it("an aborted call rejects with the reason untouched and takes nothing", async () => {
    const end = await open();
    const reason = { not: "even an error" };
    const controller = new AbortController();
    const attempt = end.accept({ signal: controller.signal });
    controller.abort(reason);
    await expect(attempt).rejects.toBe(reason);
    await expect(end.accept({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const peer = await knock(end);
    const ours = await admit(end);
    const [text] = await Promise.all([collect(ours.stream), sendAll(peer.stream, "still served")]);
    expect(String(text)).toBe("still served");
  });

  it("an abort before it listens rejects with the reason untouched", async () => {
    const reason = new Error("quit");
    await expect(open({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("disposal wakes those who wait, frees the port, and is idempotent", async () => {
    const end = await open({ ports: await freePortRange(1) });
    const waiting = expect(end.accept({ signal: never })).rejects.toMatchObject({ code: "CLOSED" });
    await Promise.all([end[Symbol.asyncDispose](), end[Symbol.asyncDispose]()]);
    await waiting;
    await end[Symbol.asyncDispose]();
    await expect(knock(end)).rejects.toMatchObject({ code: "NET_REFUSED" });
    await expect(end.accept({ signal: never })).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("disposal resets a peer that nobody asked for", async () => {
    let seen = (): void => {};
    const arrived = new Promise<void>((resolve) => {
      seen = resolve;
    });
    const end = await open({
      isExpectedPeer: () => {
        seen();
        return true;
      },
    });
    const peer = await knock(end);
    await arrived;
    await end[Symbol.asyncDispose]();
    expect(await ending(peer.stream)).toBe("broken");
    await expect(end.accept({ signal: never })).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("disposal leaves a connection alone that was handed out", async () => {
    const end = await open();
    const peer = await knock(end);
    const ours = await admit(end);
    await end[Symbol.asyncDispose]();
    const [text] = await Promise.all([collect(ours.stream), sendAll(peer.stream, "still here")]);
    expect(String(text)).toBe("still here");
  });

  it("takes a connection made in memory instead, and gives the port back", async () => {
    const end = await open({ ports: await freePortRange(1) });
    const [ours, theirs] = joinedPair("session 1", "session 2");
    expect(end.offer(theirs)).toBe(true);
    expect(await end.accept({ signal: never })).toBe(theirs);
    await expect(knock(end)).rejects.toMatchObject({ code: "NET_REFUSED" });
    ours.reset();
    await theirs.closed;
  });

  it("refuses a connection made in memory when a peer has come, or when it is closed", async () => {
    const end = await open();
    await knock(end);
    await admit(end);
    const [ours, theirs] = joinedPair("session 1", "session 2");
    expect(end.offer(theirs)).toBe(false);
    const closed = await open();
    await closed[Symbol.asyncDispose]();
    expect(closed.offer(theirs)).toBe(false);
    expect(theirs.stream.destroyed).toBe(false);
    ours.reset();
    await theirs.closed;
  });

  it("passes on why its network went away", async () => {
    const lost = new SallyportError("SSH_DISCONNECTED", "the SSH connection is lost");
    const losing: Network = {
      name: "losing",
      connect: (options) => systemNetwork.connect(options),
      listen: async () => ({
        endpoint: { host: "127.0.0.1", port: 1 },
        accept: () => Promise.reject(lost),
        [Symbol.asyncDispose]: async () => {},
      }),
    };
    const end = await open({ network: losing });
    await expect(end.accept({ signal: never })).rejects.toBe(lost);
  });

  it("a full range is an error that says how large it is and what to do", async () => {
    const ports = await freePortRange(2);
    const [one, two] = [await open({ ports }), await open({ ports })];
    expect([one.endpoint.port, two.endpoint.port].sort()).toEqual([ports.first, ports.last]);
    const error: unknown = await open({ ports }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "NET_ADDRESS_IN_USE",
      message: `no data port is free: all 2 ports ${ports.first}-${ports.last} in use`,
      hint: expect.stringContaining("one for each transfer"),
    });
  });

  it("takes the ports of a range in an order that differs", async () => {
    const ports = await freePortRange(40);
    const taken = new Set<number>();
    for (let round = 0; round < 12; round += 1) {
      const end = await open({ ports });
      taken.add(end.endpoint.port);
      await end[Symbol.asyncDispose]();
    }
    // Twelve draws of forty are all the same once in 40^11 runs, and rising by one hardly more often.
    expect(taken.size).toBeGreaterThan(1);
    const order = [...taken];
    expect(order.every((port, index) => index === 0 || port === (order[index - 1] ?? 0) + 1)).toBe(false);
  });
});

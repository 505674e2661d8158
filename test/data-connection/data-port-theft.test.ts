// Hazards of a data port that anybody can connect to (RFC 2577 section 8): theft, and what becomes of the victim.
import type { Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openPassiveListener, type PassiveListener } from "../../src/data-connection/passive-listener.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import type { Endpoint } from "../../src/platform/endpoint.ts";
import type { Connection } from "../../src/platform/network.ts";
import { anyPort, never } from "../../src/testing/network/bench.ts";
import { collect, ending, sendAll } from "../../src/testing/network/traffic.ts";
import { watchResources } from "../support/resources.ts";
import { bench } from "./pairs.ts";

const victim = "127.0.0.1";
const attacker = "127.0.0.2";

watchResources();
beforeAll(() => bench.prepare());
afterEach(async () => {
  await Promise.all([...ends].map((end) => end[Symbol.asyncDispose]()));
  ends.clear();
  await bench.clear();
});
afterAll(() => bench.close());

const ends = new Set<PassiveListener>();

async function guarded(rejected: [Endpoint, number][]): Promise<PassiveListener> {
  const end = await openPassiveListener({
    network: systemNetwork,
    host: victim,
    ports: anyPort,
    isExpectedPeer: ({ host }) => host === victim,
    onRejectedPeer: (remote, count) => rejected.push([remote, count]),
    signal: never,
  });
  ends.add(end);
  return end;
}

const connectFrom = (end: PassiveListener, localAddress: string): Promise<Connection> =>
  bench.connect(systemNetwork, end.endpoint.port, { host: victim, localAddress });

/** What a attacker sees. It may be dropped so fast that its connect fails already. */
async function steal(end: PassiveListener): Promise<{ seen: "end" | "broken"; bytesRead: number }> {
  try {
    const { stream } = await connectFrom(end, attacker);
    stream.write("forged file");
    return { seen: await ending(stream), bytesRead: (stream as Socket).bytesRead };
  } catch (error) {
    expect(error).toMatchObject({ code: "NET_RESET" });
    return { seen: "broken", bytesRead: 0 };
  }
}

describe("data-port theft", () => {
  it("an attacker is reset, counted, and gets no byte; the rightful peer is served", async () => {
    const rejected: [Endpoint, number][] = [];
    const end = await guarded(rejected);
    expect(await steal(end)).toEqual({ seen: "broken", bytesRead: 0 });
    expect(rejected).toEqual([[{ host: attacker, port: expect.any(Number) }, 1]]);

    const rightful = await connectFrom(end, victim);
    const ours = bench.keep(await end.accept({ signal: never }));
    const [text] = await Promise.all([collect(rightful.stream), sendAll(ours.stream, "secret")]);
    expect(String(text)).toBe("secret");
  });

  it("an attacker's upload does not become the victim's", async () => {
    const end = await guarded([]);
    await steal(end);
    const rightful = await connectFrom(end, victim);
    const ours = bench.keep(await end.accept({ signal: never }));
    const [text] = await Promise.all([collect(ours.stream), sendAll(rightful.stream, "true file")]);
    expect(String(text)).toBe("true file");
  });

  it("an attacker does not end the wait of the one who accepts", async () => {
    const end = await guarded([]);
    let settled = false;
    const accepted = end.accept({ signal: never }).finally(() => {
      settled = true;
    });
    await steal(end);
    expect(settled).toBe(false);
    await connectFrom(end, victim);
    bench.keep(await accepted);
  });
});

describe("PASV flood", () => {
  it("two hundred other peers at once are dropped and counted, and the rightful peer still gets through", async () => {
    const rejected: [Endpoint, number][] = [];
    const end = await guarded(rejected);
    const flood = Array.from({ length: 200 }, () => steal(end));
    const rightful = connectFrom(end, victim);
    const ours = bench.keep(await end.accept({ signal: never }));
    const [text] = await Promise.all([collect((await rightful).stream), sendAll(ours.stream, "mine")]);
    expect(String(text)).toBe("mine");
    await Promise.allSettled(flood); // those behind the rightful peer are refused
    expect(rejected.length).toBeGreaterThan(0);
    expect(rejected.map(([, count]) => count)).toEqual(rejected.map((_, index) => index + 1));
  });

  it("rejected peers one after the other wear nothing out", async () => {
    const rejected: [Endpoint, number][] = [];
    const end = await guarded(rejected);
    for (let count = 0; count < 40; count += 1) expect((await steal(end)).seen).toBe("broken");
    expect(rejected).toHaveLength(40);
  });
});

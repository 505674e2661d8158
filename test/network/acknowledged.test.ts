import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../../src/platform/network.ts";
import { type TellsAcknowledged, tellsAcknowledged } from "../../src/platform/network.ts";
import { Bench, never } from "../../src/testing/network/bench.ts";
import { mebibyte, roundTrips } from "../../src/testing/network/traffic.ts";
import { openSystemFixture } from "../conformance/system-fixture.ts";
import { watchResources } from "../support/resources.ts";

const bench = new Bench(() => openSystemFixture());
watchResources();
beforeAll(() => bench.prepare());
afterEach(() => bench.clear());
afterAll(() => bench.close());

const restBytes = 65_536;

/** A connection into which was written what the system takes, to a peer that reads nothing. */
async function fullConnection(): Promise<{ near: Connection & TellsAcknowledged; far: Connection }> {
  const { near, far } = await bench.pair("outgoing");
  if (!tellsAcknowledged(near)) throw new Error("a connection within this machine tells what the peer has taken");
  while (near.stream.writableLength === 0) {
    near.stream.write(Buffer.alloc(mebibyte));
    await turn();
  }
  return { near, far };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("what the peer's system has taken", () => {
  it("is little while the peer reads nothing, and all when it does", async () => {
    const { near, far } = await fullConnection();
    let isTaken = false;
    const taken = near.acknowledged(restBytes, never).then(() => {
      isTaken = true;
    });
    const beside = await bench.pair("outgoing");
    await roundTrips(beside.near, beside.far, 100);
    expect(isTaken).toBe(false);
    far.stream.resume();
    await taken;
    expect(near.stream.writableLength).toBe(0);
  });

  it("is not waited for any more when the peer breaks off", async () => {
    const { near, far } = await fullConnection();
    const taken = near.acknowledged(restBytes, never);
    far.reset();
    await taken;
  });

  it("is not waited for any more when the waiting is given up", async () => {
    const { near } = await fullConnection();
    const waiting = new AbortController();
    const taken = near.acknowledged(restBytes, waiting.signal);
    waiting.abort();
    await taken;
  });

  it("is all where nothing was written", async () => {
    const { near } = await bench.pair("outgoing");
    if (tellsAcknowledged(near)) await near.acknowledged(0, never);
  });
});

// How an end-of-file is found to be one. That a reset behind unread bytes is none is in the conformance suite.
import type { Socket } from "node:net";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { handleOf } from "../../src/platform/socket-handle.ts";
import { Bench } from "../../src/testing/network/bench.ts";
import { collect, ending, sendAll } from "../../src/testing/network/traffic.ts";
import { openSystemFixture } from "../conformance/system-fixture.ts";
import { watchResources } from "../support/resources.ts";

const bench = new Bench(() => openSystemFixture());

watchResources();
beforeAll(() => bench.prepare());
afterEach(() => bench.clear());
afterAll(() => bench.close());

/** How often reading begins again, from now on. */
function countReads(socket: Socket): () => number {
  let count = 0;
  const handle = handleOf(socket);
  const readStart = handle?.readStart;
  if (handle === undefined || readStart === undefined) throw new Error("nothing to count");
  Object.assign(handle, {
    readStart: () => {
      count += 1;
      return readStart.call(handle);
    },
  });
  return () => count;
}

it("the system is not asked a second time for an end-of-file of a peer that is still there", async () => {
  const { near, far } = await bench.pair("outgoing");
  const received = collect(near.stream);
  const reads = countReads(near.stream as Socket);
  await sendAll(far.stream, "a whole file");
  expect(String(await received)).toBe("a whole file");
  expect(reads()).toBe(0);
});

it("where there is no peer any more it is, and tells the reset that came behind the bytes", async () => {
  const { near, far } = await bench.pair("outgoing");
  near.stream.pause();
  await new Promise((resolve) => far.stream.write("half a file", resolve));
  far.reset();
  await far.closed;
  const reads = countReads(near.stream as Socket);
  expect(await ending(near.stream)).toBe("broken");
  expect(reads()).toBeGreaterThan(0);
});

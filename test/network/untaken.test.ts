import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { untakenOf } from "../../src/platform/network.ts";
import { Bench } from "../../src/testing/network/bench.ts";
import { mebibyte } from "../../src/testing/network/traffic.ts";
import { openSystemFixture } from "../conformance/system-fixture.ts";
import { watchResources } from "../support/resources.ts";
import { until } from "../support/until.ts";

const bench = new Bench(() => openSystemFixture());
watchResources();
beforeAll(() => bench.prepare());
afterEach(() => bench.clear());
afterAll(() => bench.close());

it("what the system has not taken of one large piece becomes less while the piece is on its way", async () => {
  const { near, far } = await bench.pair("outgoing");
  let isWritten = false;
  near.stream.write(Buffer.alloc(64 * mebibyte), () => {
    isWritten = true;
  });
  const before = untakenOf(near);
  let received = 0;
  const receive = (bytes: Uint8Array): void => {
    received += bytes.length;
    // What lies in between are some megabytes.
    if (received > 32 * mebibyte) far.stream.off("data", receive).pause();
  };
  far.stream.on("data", receive);
  await until("the peer has received the half of it", () => far.stream.isPaused() && received > 32 * mebibyte);
  expect(isWritten).toBe(false);
  expect(untakenOf(near)).toBeLessThan(before);
  far.stream.resume();
  await until("all of it is taken", () => isWritten && untakenOf(near) === 0);
});

// What is still on its way to the peer, as the system knows it.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { outstandingOf } from "../../src/platform/network.ts";
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

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test.runIf(process.platform === "linux")(
  "is what the peer has no room for, and nothing once it has read (skipped unless on Linux)",
  async () => {
    const { near, far } = await bench.pair("outgoing");
    expect(await outstandingOf(near)).toBe(0);
    while (near.stream.writableLength === 0) {
      near.stream.write(Buffer.alloc(mebibyte));
      await turn();
    }
    expect(await outstandingOf(near)).toBeGreaterThan(0);
    near.stream.end();
    far.stream.resume();
    await until("nothing is on its way", async () => (await outstandingOf(near)) === 0 || undefined);
  },
);

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { finish } from "../../src/data-connection/copy.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { collect, ending, mebibyte, randomPayload } from "../../src/testing/network/traffic.ts";
import { watchResources } from "../support/resources.ts";
import { bench, kinds, makeEnds } from "./pairs.ts";

watchResources();
beforeAll(() => bench.prepare());
afterEach(() => bench.clear());
afterAll(() => bench.close());

describe.each(kinds)("finishing over %s", (kind) => {
  it("sends the end-of-file behind everything that was written", async () => {
    const { near, far } = await makeEnds(kind);
    const payload = randomPayload(3 * mebibyte);
    near.stream.write(payload);
    const [done, received] = await Promise.all([finish(near, systemClock), collect(far.stream)]);
    expect(done).toBe(true);
    expect(received.equals(payload)).toBe(true);
  });

  it("does not wait for the peer's own end", async () => {
    const { near, far } = await makeEnds(kind);
    expect(await finish(near, systemClock)).toBe(true);
    expect(near.stream.destroyed).toBe(false);
    expect(await ending(far.stream)).toBe("end");
  });

  it("twice says the same", async () => {
    const { near } = await makeEnds(kind);
    expect(await finish(near, systemClock)).toBe(true);
    expect(await finish(near, systemClock)).toBe(true);
  });

  it("is false when the connection breaks first", async () => {
    const { near, far } = await makeEnds(kind);
    near.stream.write(Buffer.alloc(128 * mebibyte));
    const done = finish(near, systemClock);
    far.reset();
    expect(await done).toBe(false);
  });

  it("is false when the connection was reset before", async () => {
    const { near } = await makeEnds(kind);
    near.reset();
    await near.closed;
    expect(await finish(near, systemClock)).toBe(false);
  });

  it("resets a peer that does not take the rest in time", async () => {
    const { near, far } = await makeEnds(kind);
    const hurried: Clock = {
      nowMs: () => 0,
      after: (_delayMs, callback) => {
        setImmediate(callback);
        return () => {};
      },
    };
    near.stream.write(Buffer.alloc(128 * mebibyte));
    expect(await finish(near, hurried)).toBe(false);
    expect(await near.closed).toMatchObject({ by: "local", how: "reset" });
    expect(await ending(far.stream)).toBe("broken");
  });
});

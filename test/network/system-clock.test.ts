import { pbkdf2 } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { promisify } from "node:util";
import { describe, expect, it, test } from "vitest";
import { systemClock, wakefulClock } from "../../src/network/system-clock.ts";
import { systemRandom } from "../../src/network/system-random.ts";
import { withDeadline } from "../../src/platform/clock.ts";
import { limits } from "../../src/protocol/limits.ts";

/** As Ctrl-Z would: nothing runs in this process, and time passes. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

async function socketPair(): Promise<readonly [Socket, Socket]> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const near = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [[far]] = (await Promise.all([once(server, "connection"), once(near, "connect")])) as [[Socket], unknown];
  server.close();
  return [near, far];
}

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

describe("the system's clock", () => {
  it("never goes back, and calls after the delay", async () => {
    const before = systemClock.nowMs();
    await new Promise<void>((resolve) => {
      systemClock.after(20, resolve);
    });
    // libuv counts in whole milliseconds.
    expect(systemClock.nowMs() - before).toBeGreaterThanOrEqual(19);
  });

  it("a cancelled timer does not call", async () => {
    let called = false;
    const cancel = systemClock.after(1, () => {
      called = true;
    });
    cancel();
    await new Promise<void>((resolve) => {
      systemClock.after(10, resolve);
    });
    expect(called).toBe(false);
  });

  it("timers of one length are called in the order in which they were set, but for those that were cancelled", async () => {
    const called: number[] = [];
    const cancels = Array.from({ length: 300 }, (_, number) => systemClock.after(20, () => called.push(number)));
    for (const [number, cancel] of cancels.entries()) if (number % 3 !== 0) cancel();
    await new Promise<void>((resolve) => {
      systemClock.after(20, resolve);
    });
    expect(called).toEqual(Array.from({ length: 100 }, (_, number) => number * 3));
  });

  it("a deadline aborts with its reason, and the outer signal's reason passes untouched", async () => {
    const late = new Error("late");
    const { signal } = withDeadline(systemClock, 5, undefined, () => late);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    expect(signal.reason).toBe(late);
    const reason = { not: "even an error" };
    expect(withDeadline(systemClock, 60_000, AbortSignal.abort(reason), () => late).signal.reason).toBe(reason);
  });

  it("a program that stood still reads what has come meanwhile before its time limits expire", async () => {
    const order: string[] = [];
    const [near, far] = await socketPair();
    const read = new Promise<void>((resolve) => far.once("data", () => resolve(void order.push("read"))));
    const expired = new Promise<void>((resolve) => {
      systemClock.after(limits.stoodStillMs, () => resolve(void order.push("expired")));
    });
    near.write("news");
    standStill(2.1 * limits.stoodStillMs);
    await Promise.all([read, expired]);
    expect(order).toEqual(["read", "expired"]);
    near.destroy();
    far.destroy();
  });

  it("a time limit that has begun again is cancelled as any other", async () => {
    const cancel = wakefulClock.after(limits.stoodStillMs, () => {});
    const isDue = new Promise((resolve) => setTimeout(resolve, limits.stoodStillMs).unref());
    standStill(2.1 * limits.stoodStillMs);
    await isDue;
    const whileItWaits = timers();
    cancel();
    expect(timers()).toBe(whileItWaits - 1);
  });

  it("a timer that runs does not keep the program alive", () => {
    const before = timers();
    const cancel = systemClock.after(60_000, () => {});
    expect(timers()).toBe(before);
    cancel();
  });
});

test("a moment is over, also while all threads are at work", async () => {
  await systemClock.moment?.();
  const order: string[] = [];
  const work = Array.from({ length: 8 }, async () => {
    await promisify(pbkdf2)("secret", "salt", 100_000, 32, "sha512");
    order.push("work");
  });
  await systemClock.moment?.();
  order.push("moment");
  await Promise.all(work);
  expect(order[0]).toBe("moment");
  expect(order).toHaveLength(9);
});

test("a wakeful timer keeps the program alive until it is cancelled", () => {
  const before = timers();
  const cancel = wakefulClock.after(60_000, () => {});
  expect(timers()).toBe(before + 1);
  cancel();
  expect(timers()).toBe(before);
});

describe("the system's randomness", () => {
  it("gives whole numbers below the limit, all of them in the end", () => {
    const seen = new Set(Array.from({ length: 500 }, () => systemRandom.below(5)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

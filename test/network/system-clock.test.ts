import { describe, expect, it, test } from "vitest";
import { systemClock, wakefulClock } from "../../src/network/system-clock.ts";
import { systemRandom } from "../../src/network/system-random.ts";
import { withDeadline } from "../../src/platform/clock.ts";

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

  it("a deadline aborts with its reason, and the outer signal's reason passes untouched", async () => {
    const late = new Error("late");
    const { signal } = withDeadline(systemClock, 5, undefined, () => late);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    expect(signal.reason).toBe(late);
    const reason = { not: "even an error" };
    expect(withDeadline(systemClock, 60_000, AbortSignal.abort(reason), () => late).signal.reason).toBe(reason);
  });

  it("a timer that runs does not keep the program alive", () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const cancel = systemClock.after(60_000, () => {});
    expect(process.getActiveResourcesInfo().filter((name) => name === "Timeout")).toHaveLength(before);
    cancel();
  });
});

test("a wakeful timer keeps the program alive until it is cancelled", () => {
  const count = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = count();
  const cancel = wakefulClock.after(60_000, () => {});
  expect(count()).toBe(before + 1);
  cancel();
  expect(count()).toBe(before);
});

describe("the system's randomness", () => {
  it("gives whole numbers below the limit, all of them in the end", () => {
    const seen = new Set(Array.from({ length: 500 }, () => systemRandom.below(5)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

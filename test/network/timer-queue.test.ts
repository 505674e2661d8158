import { afterEach, expect, test, vi } from "vitest";
import { TimerQueue } from "../../src/network/system-timers.ts";

const clock = vi.hoisted(() => ({ nowMs: 0 }));
vi.mock("node:perf_hooks", () => ({
  performance: {
    now: () => {
      clock.nowMs += 40; // so long takes each look
      return clock.nowMs;
    },
  },
}));
afterEach(() => void vi.restoreAllMocks());

test("a timer that became due while the queue looked at others is not set for the past: newer Nodes warn of that", () => {
  const set: { readonly due: () => void; readonly ms: number | undefined }[] = [];
  vi.spyOn(globalThis, "setTimeout").mockImplementation((due, ms) => {
    set.push({ due, ms });
    return { ref: () => {}, unref: () => {} } as unknown as NodeJS.Timeout;
  });
  const queue = new TimerQueue(50, true);
  let called = 0;
  queue.add(() => {
    called += 1;
  });
  set[0]?.due();
  expect(set.map(({ ms }) => ms)).toEqual([50, 0]);
  set[1]?.due();
  expect(called).toBe(1);
});

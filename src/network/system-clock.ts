// Time as this machine tells it.
import type { Clock } from "../platform/clock.ts";

/** Milliseconds since the program started, and timers that do not keep it alive. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** The same with timers that keep the program alive: somebody waits for what happens then, and perhaps for nothing else. */
export const wakefulClock: Clock = {
  nowMs: systemClock.nowMs,
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

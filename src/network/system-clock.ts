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

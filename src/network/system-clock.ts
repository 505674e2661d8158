// Time as this machine tells it.
import type { Clock } from "../platform/clock.ts";

const clock = (settle: (timer: NodeJS.Timeout) => void): Clock => ({
  nowMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    settle(timer);
    return () => clearTimeout(timer);
  },
});

/** Milliseconds since the program started, and timers that do not keep it alive. */
export const systemClock: Clock = clock((timer) => timer.unref());

/** The same with timers that keep the program alive: somebody waits for what happens then, and perhaps for nothing else. */
export const wakefulClock: Clock = clock(() => {});

// The time of day of this machine.
/** Milliseconds since 1970. It may go back; waits are for the Clock. */
export function systemTime(): number {
  return Date.now();
}

// Time as this machine tells it.
import type { Clock } from "../platform/clock.ts";
import { limits } from "../protocol/limits.ts";

/**
 * Time limits begin again when this program has stood still: Ctrl-Z and `fg`, a virtual machine that was paused. Node runs timers before it
 * reads what has come meanwhile, so all of them would expire though the peers have long answered. How much of its time a timer stood still
 * nobody knows: perhaps all of it. Short ones are pauses, and nobody's fault.
 */
const clock = (settle: (timer: NodeJS.Timeout) => void): Clock => ({
  nowMs: () => performance.now(),
  after(delayMs, callback) {
    let timer: NodeJS.Timeout;
    const start = (): void => {
      const dueMs = performance.now() + delayMs;
      const due = (): void => {
        const stoodStill = delayMs >= limits.stoodStillMs && performance.now() - dueMs >= limits.stoodStillMs;
        if (stoodStill) start();
        else callback();
      };
      timer = setTimeout(due, delayMs);
      settle(timer);
    };
    start();
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

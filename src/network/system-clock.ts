// Time as this machine tells it.
import type { Clock } from "../platform/clock.ts";
import { limits } from "../protocol/limits.ts";

/**
 * Timers do not count the time in which this program stood still: Ctrl-Z and `fg`, a virtual machine that was paused. Node runs timers before it
 * reads what has come meanwhile, so every time limit would expire though the peer has long answered. Who was so late waits as long again.
 */
const clock = (settle: (timer: NodeJS.Timeout) => void): Clock => ({
  nowMs: () => performance.now(),
  after(delayMs, callback) {
    let timer: NodeJS.Timeout;
    const start = (ms: number): void => {
      const dueMs = performance.now() + ms;
      const due = (): void => {
        const lateMs = performance.now() - dueMs;
        if (lateMs < limits.stoodStillMs) callback();
        else start(Math.min(lateMs, delayMs));
      };
      timer = setTimeout(due, ms);
      settle(timer);
    };
    start(delayMs);
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

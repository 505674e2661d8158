// Time as this machine tells it.
import { access } from "node:fs";
import type { Clock } from "../platform/clock.ts";
import { limits } from "../protocol/limits.ts";
import { nowMs, startTimer, TimerQueue } from "./system-timers.ts";

class SystemClock implements Clock {
  readonly #isWakeful: boolean;
  /** By the length of their timers. */
  readonly #queues: Map<number, TimerQueue> = new Map();

  constructor(isWakeful: boolean) {
    this.#isWakeful = isWakeful;
  }

  // All are the object's, so that another clock can be made of this one with one of them replaced.
  readonly nowMs = nowMs;

  readonly after = (delayMs: number, callback: () => void): (() => void) => {
    // What is left of some time has a length that comes once.
    if (!Number.isInteger(delayMs)) return startTimer(delayMs, this.#isWakeful, callback);
    return (this.#queues.get(delayMs) ?? this.#newQueue(delayMs)).add(callback);
  };

  /** A thread is asked for what it knows, since Node's shortest timer is ten times as long; where all threads are at work, that has to do. */
  readonly moment = (): Promise<void> =>
    new Promise((resolve) => {
      const cancel = this.after(limits.momentMs, resolve);
      access("/", () => {
        cancel();
        resolve();
      });
    });

  #newQueue(delayMs: number): TimerQueue {
    if (this.#queues.size >= limits.timerLengthsMax) {
      for (const [ms, queue] of this.#queues) if (queue.isIdle) this.#queues.delete(ms);
    }
    const queue = new TimerQueue(delayMs, this.#isWakeful);
    this.#queues.set(delayMs, queue);
    return queue;
  }
}

/** Milliseconds since the program started, and timers that do not keep it alive. */
export const systemClock: Clock = new SystemClock(false);

/** The same with timers that keep the program alive: somebody waits for what happens then, and perhaps for nothing else. */
export const wakefulClock: Clock = new SystemClock(true);

// The time of day of this machine.
/** Milliseconds since 1970. It may go back; waits are for the Clock. */
export function systemTime(): number {
  return Date.now();
}

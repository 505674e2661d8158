// Timers of this machine. Time limits begin again when this program has stood still: Ctrl-Z and `fg`, a virtual machine that was paused. Node runs
// timers before it reads what has come meanwhile, so all of them would expire though the peers have long answered. How much of its time a timer stood
// still nobody knows: perhaps all of it. Short ones are pauses, and nobody's fault.
import { performance } from "node:perf_hooks";
import { limits } from "../protocol/limits.ts";

/** Monotonic milliseconds. Of the global `performance` Node looks for the module each time. */
export const nowMs: () => number = performance.now.bind(performance);

const beginsAgain = (delayMs: number, dueMs: number): boolean =>
  delayMs >= limits.stoodStillMs && nowMs() - dueMs >= limits.stoodStillMs;

/** Calls back once after `delayMs`; the function that it gives cancels. A program in which a wakeful timer is set does not end. */
export function startTimer(delayMs: number, isWakeful: boolean, callback: () => void): () => void {
  let timer: NodeJS.Timeout;
  const start = (): void => {
    const dueMs = nowMs() + delayMs;
    timer = setTimeout(() => (beginsAgain(delayMs, dueMs) ? start() : callback()), delayMs);
    if (!isWakeful) timer.unref();
  };
  start();
  return () => clearTimeout(timer);
}

interface Entry {
  dueMs: number;
  readonly callback: () => void;
}

/**
 * All timers of one length. They are due in the order in which they were set, and nearly all are cancelled, so one timer of Node's serves for them: to
 * make one for each and to clear it costs as much as a command to a server does.
 */
export class TimerQueue {
  readonly #delayMs: number;
  readonly #isWakeful: boolean;
  /** Neither over nor cancelled. */
  readonly #entries: Set<Entry> = new Set();
  #timer: NodeJS.Timeout | undefined;

  constructor(delayMs: number, isWakeful: boolean) {
    this.#delayMs = delayMs;
    this.#isWakeful = isWakeful;
  }

  /** Nobody needs it any more. */
  get isIdle(): boolean {
    return this.#timer === undefined;
  }

  /** As {@link startTimer}. */
  add(callback: () => void): () => void {
    const entry: Entry = { dueMs: nowMs() + this.#delayMs, callback };
    this.#entries.add(entry);
    if (this.#timer === undefined) this.#start(this.#delayMs);
    else if (this.#isWakeful && this.#entries.size === 1) this.#timer.ref();
    return () => {
      this.#entries.delete(entry);
      if (this.#isWakeful && this.#entries.size === 0) this.#timer?.unref();
    };
  }

  #start(ms: number): void {
    this.#timer = setTimeout(this.#due, ms);
    if (!this.#isWakeful) this.#timer.unref();
  }

  readonly #due = (): void => {
    try {
      for (const entry of this.#entries) {
        // Node counts in whole milliseconds, and may be one too early.
        if (entry.dueMs > nowMs() + 1) break;
        this.#entries.delete(entry);
        this.#call(entry);
      }
    } finally {
      this.#timer = undefined;
      const [first] = this.#entries;
      if (first !== undefined) this.#start(Math.max(0, first.dueMs - nowMs())); // it may be due by now, and Node warns of a negative time
    }
  };

  #call(entry: Entry): void {
    if (!beginsAgain(this.#delayMs, entry.dueMs)) {
      entry.callback();
      return;
    }
    entry.dueMs = nowMs() + this.#delayMs;
    this.#entries.add(entry);
  }
}

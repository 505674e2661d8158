// Timers of this machine. Time limits begin again when this program has stood still: Ctrl-Z and `fg`, a virtual machine that was paused. Node runs
// timers before it reads what has come meanwhile, so all of them would expire though the peers have long answered. How much of its time a timer stood
// still nobody knows: perhaps all of it. Short ones are pauses, and nobody's fault.
import { performance } from "node:perf_hooks"; // the global is looked up by a function each time
import { limits } from "../protocol/limits.ts";

const beginsAgain = (delayMs: number, dueMs: number): boolean =>
  delayMs >= limits.stoodStillMs && performance.now() - dueMs >= limits.stoodStillMs;

/** Calls back once after `delayMs`; the function that it gives cancels. A program in which a wakeful timer is set does not end. */
export function startTimer(delayMs: number, isWakeful: boolean, callback: () => void): () => void {
  let timer: NodeJS.Timeout;
  const start = (): void => {
    const dueMs = performance.now() + delayMs;
    timer = setTimeout(() => (beginsAgain(delayMs, dueMs) ? start() : callback()), delayMs);
    if (!isWakeful) timer.unref();
  };
  start();
  return () => clearTimeout(timer);
}

interface Entry {
  dueMs: number;
  /** Undefined: cancelled, or over. */
  callback: (() => void) | undefined;
}

/**
 * All timers of one length. They are due in the order in which they were set, and nearly all are cancelled, so one timer of Node's serves for them: to
 * make one for each and to clear it costs as much as a command to a server does.
 */
export class TimerQueue {
  readonly #delayMs: number;
  readonly #isWakeful: boolean;
  #entries: Entry[] = [];
  /** Those before it are over. */
  #at = 0;
  #live = 0;
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
    const entry: Entry = { dueMs: performance.now() + this.#delayMs, callback };
    this.#entries.push(entry);
    this.#live += 1;
    if (this.#timer === undefined) this.#start(this.#delayMs);
    else if (this.#isWakeful && this.#live === 1) this.#timer.ref();
    return () => this.#cancel(entry);
  }

  #cancel(entry: Entry): void {
    if (entry.callback === undefined) return;
    this.#finish(entry);
    if (this.#entries.length > 2 * this.#live + limits.cancelledTimersMax) this.#forgetCancelled();
  }

  #finish(entry: Entry): void {
    entry.callback = undefined;
    this.#live -= 1;
    if (this.#live === 0) this.#timer?.unref();
  }

  #forgetCancelled(): void {
    this.#entries = this.#entries.slice(this.#at).filter(({ callback }) => callback !== undefined);
    this.#at = 0;
  }

  #start(ms: number): void {
    this.#timer = setTimeout(this.#due, ms);
    if (!this.#isWakeful || this.#live === 0) this.#timer.unref();
  }

  readonly #due = (): void => {
    try {
      for (let entry = this.#next(); entry !== undefined; entry = this.#next()) {
        this.#at += 1;
        this.#call(entry);
      }
    } finally {
      this.#forgetCancelled();
      this.#timer = undefined;
      const [first] = this.#entries;
      if (first !== undefined) this.#start(Math.max(0, first.dueMs - performance.now())); // it may be due by now, and Node warns of a negative time
    }
  };

  /** That is due, or cancelled. Node counts in whole milliseconds, and may be one too early. */
  #next(): Entry | undefined {
    const entry = this.#entries[this.#at];
    return entry?.callback !== undefined && entry.dueMs > performance.now() + 1 ? undefined : entry;
  }

  #call(entry: Entry): void {
    const { callback, dueMs } = entry;
    if (callback === undefined) return;
    if (beginsAgain(this.#delayMs, dueMs)) {
      entry.dueMs = performance.now() + this.#delayMs;
      this.#entries.push(entry);
    } else {
      this.#finish(entry);
      callback();
    }
  }
}

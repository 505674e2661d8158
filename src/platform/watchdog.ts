// A time limit that is put off with each sign of life. One timer serves for all of them: when it is due it looks how long ago the last one was.
import type { Clock } from "./clock.ts";

export class Watchdog {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #expired: () => void;
  /** By the clock; undefined: nobody waits for anything. */
  #dueMs: number | undefined;
  #cancelTimer: (() => void) | undefined;

  /** `expired` is called once so much time has passed since the last {@link restart}, unless {@link pause} was called. */
  constructor(clock: Clock, delayMs: number, expired: () => void) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#expired = expired;
  }

  /** From now on so much time again. */
  restart(): void {
    this.#dueMs = this.#clock.nowMs() + this.#delayMs;
    if (this.#cancelTimer === undefined) this.#look(this.#delayMs);
  }

  /** The same, unless time is passing already. */
  start(): void {
    if (this.#dueMs === undefined) this.restart();
  }

  /** Until the next {@link restart} no time passes. */
  pause(): void {
    this.#dueMs = undefined;
  }

  /** The same, and no timer is left. */
  end(): void {
    this.pause();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #look(inMs: number): void {
    this.#cancelTimer = this.#clock.after(inMs, () => {
      this.#cancelTimer = undefined;
      if (this.#dueMs === undefined) return;
      const leftMs = this.#dueMs - this.#clock.nowMs();
      if (leftMs > 0) return this.#look(leftMs);
      this.#dueMs = undefined;
      this.#expired();
    });
  }
}

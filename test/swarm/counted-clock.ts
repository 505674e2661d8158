// A clock that knows how many timers of one program have neither come nor been cancelled.
import type { Clock } from "../../src/platform/clock.ts";

export class CountedClock implements Clock {
  readonly #clock: Clock;
  readonly #waiting: Set<object> = new Set();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = {};
    this.#waiting.add(timer);
    const cancel = this.#clock.after(delayMs, () => {
      this.#waiting.delete(timer);
      callback();
    });
    return () => {
      this.#waiting.delete(timer);
      cancel();
    };
  }
}

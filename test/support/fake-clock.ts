// Time that stands still until a test moves it.
import type { Clock } from "../../src/platform/clock.ts";
import { limits } from "../../src/protocol/limits.ts";

interface Timer {
  readonly atMs: number;
  readonly delayMs: number;
  readonly callback: () => void;
}

export class FakeClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<Timer>();
  readonly #watchers = new Set<() => void>();
  declare moment?: NonNullable<Clock["moment"]>;

  nowMs(): number {
    return this.#nowMs;
  }

  /** A delay of a few milliseconds only lets others go first, so it passes by itself. */
  after(delayMs: number, callback: () => void): () => void {
    if (delayMs < 10) {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    }
    const timer: Timer = { atMs: this.#nowMs + delayMs, delayMs, callback };
    this.#timers.add(timer);
    for (const look of this.#watchers) look();
    return () => this.#timers.delete(timer);
  }

  /** Time passes; what is due is called in its order. */
  advance(byMs: number): void {
    const endMs = this.#nowMs + byMs;
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#timers.delete(next);
      this.#nowMs = next.atMs;
      next.callback();
    }
    this.#nowMs = endMs;
  }

  /** From now on other programs run beside this one; what gets `moment` and `pause` where they were left the processor so long before a reply. */
  recordPauses(): string[] {
    const order: string[] = [];
    this.moment = async () => {
      await new Promise(setImmediate);
      order.push("moment");
    };
    const after = this.after.bind(this);
    this.after = (delayMs, callback) =>
      after(delayMs, () => {
        if (delayMs === limits.momentMs) order.push("pause");
        callback();
      });
    return order;
  }

  /** Resolves when somebody waits for so long. */
  waitedFor(delayMs: number): Promise<void> {
    const isThere = (): boolean => [...this.#timers].some((timer) => timer.delayMs === delayMs);
    if (isThere()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isThere()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
    });
  }

  #next(endMs: number): Timer | undefined {
    const due = [...this.#timers].filter(({ atMs }) => atMs <= endMs);
    return due.sort((a, b) => a.atMs - b.atMs)[0];
  }
}

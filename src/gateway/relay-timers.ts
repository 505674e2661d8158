// The timers of a session.
import type { Clock } from "../platform/clock.ts";
import type { TimerName } from "../protocol/relay/messages.ts";

/** The relay machine's timers on a real clock. */
export class RelayTimers {
  readonly #clock: Clock;
  readonly #fire: (name: TimerName) => void;
  readonly #cancels: Map<TimerName, () => void> = new Map();

  constructor(clock: Clock, fire: (name: TimerName) => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  set(name: TimerName, delayMs: number): void {
    this.clear(name);
    this.#cancels.set(
      name,
      this.#clock.after(delayMs, () => this.#fire(name)),
    );
  }

  clear(name: TimerName): void {
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }

  clearAll(): void {
    for (const name of [...this.#cancels.keys()]) this.clear(name);
  }
}

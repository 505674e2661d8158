// How long is the way to the SSH server and back?
import type { Clock } from "../../platform/clock.ts";

/** The fastest answer to an opened channel: a server takes no time over what it refuses, and little to connect nearby. */
export class RoundTrip {
  readonly #clock: Clock;
  readonly #askedAtMs = new Map<number, number>();
  #leastMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  asked(channel: number): void {
    this.#askedAtMs.set(channel, this.#clock.nowMs());
  }

  /** The round trip in milliseconds, as far as it is known now. */
  answered(channel: number): number {
    const askedAtMs = this.#askedAtMs.get(channel);
    this.#askedAtMs.delete(channel);
    if (askedAtMs !== undefined) this.#leastMs = Math.min(this.#leastMs, this.#clock.nowMs() - askedAtMs);
    return this.#leastMs;
  }

  /** The channel was given up while it was being opened. */
  forget(channel: number): void {
    this.#askedAtMs.delete(channel);
  }
}

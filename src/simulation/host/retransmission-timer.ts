// How long to wait for an acknowledgement (RFC 6298), with the bounds of Linux.
import type { World } from "../world.ts";

const firstMs = 1000;
const leastMs = 200;
const mostMs = 120_000;

export class RetransmissionTimer {
  readonly #world: World;
  readonly #fire: () => void;
  #cancel: (() => void) | undefined;
  #smoothedMs: number | undefined;
  #variationMs = 0;
  #waitMs = firstMs;
  /** Times in a row that it fired. */
  tries = 0;

  constructor(world: World, fire: () => void) {
    this.#world = world;
    this.#fire = fire;
  }

  get isRunning(): boolean {
    return this.#cancel !== undefined;
  }

  start(): void {
    this.stop();
    const waitMs = Math.min(mostMs, this.#waitMs * 2 ** this.tries);
    this.#cancel = this.#world.schedule(waitMs, () => {
      this.#cancel = undefined;
      this.tries += 1;
      this.#fire();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** A round trip was measured. */
  sample(roundTripMs: number): void {
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = roundTripMs;
      this.#variationMs = roundTripMs / 2;
    } else {
      this.#variationMs += (Math.abs(this.#smoothedMs - roundTripMs) - this.#variationMs) / 4;
      this.#smoothedMs += (roundTripMs - this.#smoothedMs) / 8;
    }
    this.#waitMs = Math.max(leastMs, this.#smoothedMs + 4 * this.#variationMs);
  }
}

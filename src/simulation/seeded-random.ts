// Randomness that a seed repeats: PCG32 (O'Neill 2014), 64 bits of state, the same on every machine.
import type { Random } from "../platform/random.ts";

const multiplier = 6_364_136_223_846_793_005n;
const increment = 1_442_695_040_888_963_407n;
const mask64 = (1n << 64n) - 1n;
const span32 = 2 ** 32;

export class SeededRandom implements Random {
  #state: bigint;

  /** Any whole number; the same seed gives the same numbers. */
  constructor(seed: number) {
    this.#state = (BigInt(seed) + increment) & mask64;
    this.#next();
  }

  /** Numbers that would make the remainder uneven are thrown away. */
  below(limit: number): number {
    const even = span32 - (span32 % limit);
    for (;;) {
      const number = this.#next();
      if (number < even) return number % limit;
    }
  }

  /** 0 to 2^32 - 1 */
  #next(): number {
    const old = this.#state;
    this.#state = (old * multiplier + increment) & mask64;
    const mixed = Number((((old >> 18n) ^ old) >> 27n) & 0xffff_ffffn);
    const turn = Number(old >> 59n);
    return ((mixed >>> turn) | (mixed << (-turn & 31))) >>> 0;
  }
}

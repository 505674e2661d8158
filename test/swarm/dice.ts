// Draws from a seed.
import { SeededRandom } from "../../src/simulation/seeded-random.ts";

export class Dice {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  /** From 0 to `limit - 1`. */
  below(limit: number): number {
    return this.#random.below(limit);
  }

  /** Both ends included. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  /** Small numbers are as likely as large ones. */
  scaled(first: number, last: number): number {
    const share = this.below(1_000_001) / 1_000_000;
    return Math.round(first * (last / first) ** share);
  }

  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error("nothing to pick from");
    return choice;
  }

  /** Each `make` is called in order. */
  list<T>(first: number, last: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.between(first, last) }, (_, index) => make(index));
  }
}

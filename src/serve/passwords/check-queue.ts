// A few password checks at a time: each takes a core, and the file operations need the same threads.
import { limits } from "../../protocol/limits.ts";

export class CheckQueue {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** Runs the check when its turn comes. */
  async run<T>(check: () => Promise<T>): Promise<T> {
    if (this.#running >= limits.passwordChecksMax) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await check();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

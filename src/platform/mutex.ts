// One at a time, in the order of asking.
import { raceAbort } from "./abort.ts";
import { Deferred } from "./deferred.ts";

export class Mutex {
  #last: Promise<void> = Promise.resolve();
  readonly #running: Set<Promise<unknown>> = new Set();

  /**
   * Runs `work` when all before it are over, or have called `release`. An abort while it waits rejects at once and gives its
   * place up.
   */
  async take<T>(work: (release: () => void) => Promise<T>, signal: AbortSignal): Promise<T> {
    const before = this.#last;
    const mine = new Deferred();
    const release = (): void => mine.resolve();
    this.#last = before.then(() => mine.promise);
    try {
      await raceAbort(before, signal);
      const running = work(release);
      this.#running.add(running);
      return await running.finally(() => this.#running.delete(running));
    } finally {
      release();
    }
  }

  /** Nobody has it, nobody waits, and nobody who has released it still runs. */
  async idle(): Promise<void> {
    await this.#last;
    await Promise.allSettled(this.#running);
  }
}

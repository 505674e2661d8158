// One at a time, in the order of asking.
import { raceAbort } from "./race-abort.ts";

export class Mutex {
  #last: Promise<void> = Promise.resolve();
  readonly #running: Set<Promise<unknown>> = new Set();

  /**
   * Runs `work` when all before it are over, or have called `release`. An abort while it waits rejects at once and gives its
   * place up.
   */
  async take<T>(work: (release: () => void) => Promise<T>, signal: AbortSignal): Promise<T> {
    const before = this.#last;
    let done: () => void = () => {};
    const mine = new Promise<void>((resolve) => {
      done = resolve;
    });
    this.#last = before.then(() => mine);
    try {
      await raceAbort(before, signal);
      const running = work(done);
      this.#running.add(running);
      return await running.finally(() => this.#running.delete(running));
    } finally {
      done();
    }
  }

  /** Nobody has it, nobody waits, and nobody who has released it still runs. */
  async idle(): Promise<void> {
    await this.#last;
    await Promise.allSettled(this.#running);
  }
}

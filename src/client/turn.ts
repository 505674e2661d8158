// One at a time, in the order of asking.
import { raceAbort } from "../platform/race-abort.ts";

export class Turn {
  #last: Promise<void> = Promise.resolve();

  /** Runs `work` when all before it are over. An abort while it waits rejects at once and gives its place up. */
  async take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const before = this.#last;
    let done: () => void = () => {};
    const mine = new Promise<void>((resolve) => {
      done = resolve;
    });
    this.#last = before.then(() => mine);
    try {
      await raceAbort(before, signal);
      return await work();
    } finally {
      done();
    }
  }

  /** Nobody has it, and nobody waits. */
  async idle(): Promise<void> {
    await this.#last;
  }
}

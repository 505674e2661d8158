// One at a time, in the order of asking.

export class Turn {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when all before it are over. An abort while it waits gives its place up. */
  take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const mine = this.#last.then(() => {
      signal.throwIfAborted();
      return work();
    });
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** Nobody has it, and nobody waits. */
  async idle(): Promise<void> {
    await this.#last;
  }
}

// Promises that somebody has to wait for in the end.

export class Tasks {
  readonly #work: Set<Promise<unknown>> = new Set();

  /** Failures are the business of whoever made the promise. */
  track(work: Promise<unknown>): void {
    const settled: Promise<unknown> = work.then(
      () => this.#work.delete(settled),
      () => this.#work.delete(settled),
    );
    this.#work.add(settled);
  }

  /** Settles when nothing is left, what was added meanwhile included. */
  async settled(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }
}

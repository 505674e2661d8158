// What nobody waits for yet: done when this turn of the event loop has given its answers, while the peers read them.

export class LaterWork {
  readonly #run: () => void;
  #work: (() => void)[] = [];

  /** `run` is called once what was added is due, and is to call {@link catchUp}. */
  constructor(run: () => void) {
    this.#run = run;
  }

  add(work: () => void): void {
    this.#work.push(work);
    if (this.#work.length === 1) setImmediate(this.#due);
  }

  /** All of it now, in order: what comes next builds on it. */
  catchUp(): void {
    for (let next = this.#work.shift(); next !== undefined; next = this.#work.shift()) next();
  }

  /** Nobody wants it any more. */
  forget(): void {
    this.#work = [];
  }

  readonly #due = (): void => {
    if (this.#work.length > 0) this.#run();
  };
}

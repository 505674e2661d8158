// What is still to be done, for several workers. The last that came is the first that goes: a tree is walked down before
// it is walked along, so that no more than its open directories are waiting.

export class TaskStack<T> {
  readonly #tasks: T[];
  readonly #waiting: ((task: T | undefined) => void)[] = [];
  #running = 0;
  #isStopped = false;

  constructor(tasks: readonly T[]) {
    this.#tasks = [...tasks].reverse();
  }

  /** The next task; undefined when none is left and none is running that could bring more. Each needs one `finish`. */
  take(): Promise<T | undefined> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#serve();
    });
  }

  /** A task is over; those that it brought come next, in their order. */
  finish(more: readonly T[] = []): void {
    this.#running -= 1;
    if (!this.#isStopped) for (const task of [...more].reverse()) this.#tasks.push(task);
    this.#serve();
  }

  /** Nothing more is given out. */
  stop(): void {
    this.#isStopped = true;
    this.#tasks.length = 0;
    for (const resolve of this.#waiting.splice(0)) resolve(undefined);
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const task = this.#tasks.pop();
      if (task === undefined && this.#running > 0 && !this.#isStopped) return;
      if (task !== undefined) this.#running += 1;
      this.#waiting.shift()?.(task);
    }
  }
}

// One at a time, in the order of asking.
import { abortablePromise } from "./abort.ts";

export class Mutex {
  #isTaken = false;
  /** What wakes those that wait, in their order. */
  readonly #waiting: Set<() => void> = new Set();
  readonly #running: Set<Promise<unknown>> = new Set();

  /**
   * Runs `work` when all before it are over, or have called `release`. An abort while it waits rejects at once and gives its
   * place up.
   */
  async take<T>(work: (release: () => void) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    if (this.#isTaken) await this.#turn(signal);
    else this.#isTaken = true;
    let isReleased = false;
    const release = (): void => {
      if (!isReleased) this.#passOn();
      isReleased = true;
    };
    let running: Promise<T> | undefined;
    try {
      running = work(release);
      this.#running.add(running);
      return await running;
    } finally {
      if (running !== undefined) this.#running.delete(running);
      release();
    }
  }

  /** Nobody has it, nobody waits, and nobody who has released it still runs. */
  async idle(): Promise<void> {
    await this.take(async () => {}, new AbortController().signal);
    await Promise.allSettled(this.#running);
  }

  #turn(signal: AbortSignal): Promise<void> {
    return abortablePromise(signal, (resolve) => {
      this.#waiting.add(resolve);
      return () => this.#waiting.delete(resolve);
    });
  }

  /** To the next, if there is one: nobody comes between. */
  #passOn(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#isTaken = false;
    else next();
  }
}

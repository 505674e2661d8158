// One at a time, in the order of asking.
import { abortablePromise } from "./abort.ts";

/** What it throws at once is its promise's as well. */
function begun<T>(work: () => Promise<T>): Promise<T> {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}

export class Mutex {
  #isTaken = false;
  /** What wakes those that wait, in their order. */
  readonly #waiting: Set<() => void> = new Set();
  readonly #running: Set<Promise<unknown>> = new Set();

  /**
   * Runs `work` when all before it are over, or have called `release`. An abort while it waits rejects at once and gives its
   * place up. `over` is called at the end, whatever that is.
   */
  take<T>(work: (release: () => void) => Promise<T>, signal: AbortSignal, over: () => void = () => {}): Promise<T> {
    if (!signal.aborted && !this.#isTaken) {
      this.#isTaken = true;
      return this.#run(work, over);
    }
    return this.#turn(signal).then(
      () => this.#run(work, over),
      (reason: unknown) => {
        over();
        throw reason;
      },
    );
  }

  #run<T>(work: (release: () => void) => Promise<T>, over: () => void): Promise<T> {
    let isReleased = false;
    const release = (): void => {
      if (!isReleased) this.#passOn();
      isReleased = true;
    };
    const running = begun(() => work(release));
    const end = (): void => {
      this.#running.delete(running);
      release();
      over();
    };
    this.#running.add(running);
    running.then(end, end);
    return running;
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

// How long a silent server is waited for while logging in. The time that the user takes for an answer does not count.
import type { Clock } from "../../platform/clock.ts";

export class ReplyTimeout {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #lose: (step: string) => void;
  #cancel: () => void = () => {};
  #step = "";
  #over = false;

  /** `lose` is called with the step that took longer than `limitMs`. */
  constructor(clock: Clock, limitMs: number, lose: (step: string) => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#lose = lose;
  }

  /** From now on we wait for the server; `step` is what it has to do. */
  waitFor(step: string): void {
    this.#cancel();
    if (this.#over) return;
    this.#step = step;
    this.#cancel = this.#clock.after(this.#limitMs, () => this.#lose(step));
  }

  /** From now on we do not wait for the server. */
  rest(): void {
    this.#cancel();
  }

  /** Runs what depends on the user; then the wait for the server goes on from the start. */
  async pause<T>(work: () => Promise<T>): Promise<T> {
    this.rest();
    const result = await work();
    this.waitFor(this.#step);
    return result;
  }

  /** We never wait again. */
  end(): void {
    this.#over = true;
    this.rest();
  }
}

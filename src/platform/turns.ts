// So much of one kind of work in each turn of the event loop: what hundreds want to do at the same moment would otherwise be done in one,
// and everybody else, and all timers, would wait until it is over.
import { limits } from "../protocol/limits.ts";

export class Turns {
  readonly #most: number;
  /** Since a turn ended. It is not looked at turn by turn: a few pieces in each would wait for nothing, and cost a look. */
  #begun = 0;
  #waiting: (() => void)[] = [];

  constructor(most: number = limits.piecesPerTurn) {
    this.#most = most;
  }

  /** To be called before a piece of work; `undefined`: it may begin at once, else when that settles. First come, first served. */
  begin(): Promise<void> | undefined {
    if (this.#begun === this.#most) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#count(1);
    return undefined;
  }

  #count(pieces: number): void {
    this.#begun += pieces;
    if (this.#begun === this.#most) setImmediate(this.#next);
  }

  readonly #next = (): void => {
    this.#begun = 0;
    const turn = this.#waiting.slice(0, this.#most);
    this.#waiting = this.#waiting.slice(this.#most);
    this.#count(turn.length);
    for (const begin of turn) begin();
  };
}

// Writes that leave together, in one packet or one call of the system.
import type { Writable } from "node:stream";

type Later = (release: () => void) => void;

/** When this turn of the event loop ends. */
export const endOfTurn: Later = process.nextTick;

/** When there were two more turns: for a line whose next one is likely to come soon. */
export const afterTwoTurns: Later = (release) => setImmediate(() => setImmediate(release));

export class Cork {
  readonly #later: Later;
  #held: Writable | undefined;

  /** `later`: when what is held leaves at the latest. */
  constructor(later: Later) {
    this.#later = later;
  }

  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  hold(stream: Writable): void {
    if (this.#held !== undefined) return;
    this.#held = stream;
    stream.cork();
    this.#later(this.release);
  }

  /** Harmless when nothing is held. */
  readonly release = (): void => {
    const stream = this.#held;
    this.#held = undefined;
    stream?.uncork();
  };
}

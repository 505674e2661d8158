// How far a copy goes ahead of whoever is to receive the file. What the system takes from us is not received yet, and all of it counts
// as sent to the server: a file that has gone before its client reads cannot be aborted any more.
import { type Connection, tellsAcknowledged } from "../platform/network.ts";
import { limits } from "../protocol/limits.ts";

/** Of what was written, the part that may still be on its way when the copy goes on. */
const restDivisor = 4;

export class ReadAhead {
  readonly #sink: Connection;
  readonly #goOn: () => void;
  /** Ends the look, once there is one. */
  #look: AbortController | undefined;
  #holdAt: number;
  isHeld = false;

  /** `goOn` is called when the copy may write again. */
  constructor(sink: Connection, goOn: () => void) {
    this.#sink = sink;
    this.#goOn = goOn;
    this.#holdAt = tellsAcknowledged(sink) ? limits.copyAheadBytes : Number.POSITIVE_INFINITY;
  }

  /** `bytes` were written in all. True: no more until `goOn`. */
  isFar(bytes: number): boolean {
    if (bytes < this.#holdAt) return this.isHeld;
    this.#holdAt = Number.POSITIVE_INFINITY; // to look costs time, and who has read so much reads on
    this.isHeld = true;
    this.#look = new AbortController();
    void this.#wait(bytes / restDivisor, this.#look.signal);
    return true;
  }

  stop(): void {
    this.#look?.abort();
  }

  async #wait(rest: number, stopped: AbortSignal): Promise<void> {
    if (tellsAcknowledged(this.#sink)) await this.#sink.acknowledged(rest, stopped);
    this.isHeld = false;
    this.#goOn();
  }
}

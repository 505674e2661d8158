// What is written may wait for two turns of the event loop: what is written behind it then leaves with it, in one packet.
import type { Duplex } from "node:stream";

export class BriefCork {
  #held: Duplex | undefined;

  /** Nothing leaves until {@link release}, or for two turns. */
  hold(stream: Duplex): void {
    if (this.#held !== undefined) return;
    this.#held = stream;
    stream.cork();
    setImmediate(() => setImmediate(() => this.release()));
  }

  /** Harmless when nothing is held. */
  release(): void {
    const stream = this.#held;
    this.#held = undefined;
    stream?.uncork();
  }
}

// The sessions of a library call: the one that the caller has given, and others with the same server.
import type { ServerSession } from "./server-session.ts";
import type { SessionSource } from "./worker-pool.ts";

export class SharedSessions implements SessionSource<undefined> {
  readonly #given: ServerSession;
  readonly #signal: AbortSignal;
  /** The given one is lent to one worker at a time, as long as it is there. */
  #isLent = false;
  #isLost = false;
  readonly #open: Set<ServerSession> = new Set();

  constructor(given: ServerSession, signal: AbortSignal) {
    this.#given = given;
    this.#signal = signal;
    void given.closed.then(() => {
      this.#isLost = true;
      this.#open.delete(given);
    });
  }

  keyOf(): string {
    return "";
  }

  openWith(): number {
    return this.#open.size;
  }

  async open(): Promise<ServerSession> {
    if (!this.#isLent && !this.#isLost) {
      this.#isLent = true;
      this.#open.add(this.#given);
      return this.#given;
    }
    const another = await this.#given.openAnother({ signal: this.#signal });
    this.#open.add(another);
    void another.closed.then(() => this.#open.delete(another));
    return another;
  }

  async release(session: ServerSession): Promise<void> {
    this.#open.delete(session);
    if (session === this.#given) this.#isLent = false;
    else await session[Symbol.asyncDispose]();
  }
}

// The sessions of a library call: those that the caller has given, and others with the same servers.
import { definedProps } from "../protocol/defined-props.ts";
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

export type Side = "source" | "destination";

/** The same for a call with two servers. */
export class PairedSessions implements SessionSource<Side> {
  readonly #sides: Readonly<Record<Side, SharedSessions>>;
  readonly #sideOf: WeakMap<ServerSession, Side> = new WeakMap();

  constructor(sessions: Readonly<Record<Side, ServerSession>>, signal: AbortSignal) {
    const { source, destination } = sessions;
    this.#sides = { source: new SharedSessions(source, signal), destination: new SharedSessions(destination, signal) };
  }

  keyOf(side: Side): string {
    return side;
  }

  openWith(side: Side): number {
    return this.#sides[side].openWith();
  }

  async open(side: Side): Promise<ServerSession> {
    const session = await this.#sides[side].open();
    this.#sideOf.set(session, side);
    return session;
  }

  async release(session: ServerSession): Promise<void> {
    await this.#sides[this.#sideOf.get(session) ?? "source"].release(session);
  }
}

/** The session for another attempt: the caller's as long as it is there, else another, which is closed in the end. */
export class Renewal implements AsyncDisposable {
  readonly #given: ServerSession;
  readonly #signal: AbortSignal | undefined;
  #isLost = false;
  #own: ServerSession | undefined;

  constructor(given: ServerSession, signal: AbortSignal | undefined) {
    this.#given = given;
    this.#signal = signal;
    void given.closed.then(() => {
      this.#isLost = true;
    });
  }

  async open(): Promise<ServerSession> {
    if (!this.#isLost) return this.#given;
    await this.#own?.[Symbol.asyncDispose]();
    this.#own = undefined;
    this.#own = await this.#given.openAnother(definedProps({ signal: this.#signal }));
    return this.#own;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#own?.[Symbol.asyncDispose]();
  }
}

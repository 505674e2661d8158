// The door of a server: takes connections from one listener until it is closed, and shows out whom it does not want.

import type { Clock } from "../platform/clock.ts";
import type { Ends } from "../platform/endpoint.ts";
import type { Connection, Listener } from "../platform/network.ts";
import { Tasks } from "../platform/tasks.ts";
import { limits } from "../protocol/limits.ts";

/** May whoever has connected come in? Must not reject. */
export type MayEnter = (connection: Ends & Pick<Connection, "user">) => Promise<boolean>;

/** For listeners that are not for everybody. */
export interface Door {
  readonly mayEnter: MayEnter;
  /** What is done with the others. */
  readonly turnAway: (connection: Connection) => void;
}

export class Acceptor {
  readonly #listener: Listener;
  readonly #onConnection: (connection: Connection) => void;
  readonly #door: Door | undefined;
  readonly #stop: AbortController = new AbortController();
  readonly #sessions: Tasks = new Tasks();
  readonly #accepting: Promise<void>;
  /** Refused and not yet gone. */
  #leaving = 0;
  /** At the door. */
  #asked = 0;

  /** Owns the listener from now on. `onConnection` is not called before the constructor has returned. */
  constructor(listener: Listener, onConnection: (connection: Connection) => void, door?: Door) {
    this.#listener = listener;
    this.#door = door;
    this.#onConnection = onConnection;
    this.#accepting = this.#acceptAll();
  }

  /** Nobody comes in any more, by whatever way. */
  get isClosing(): boolean {
    return this.#stop.signal.aborted;
  }

  /** A session that came in here. */
  track(session: Promise<unknown>): void {
    this.#sessions.track(session);
    void session.then(() => {}); // a failure is a mistake of ours, and not kept quiet
  }

  /** With `words`, but in a flood without: each that is told takes up to `disposeGraceMs` to leave. */
  refuse(connection: Connection, words: string | Uint8Array): void {
    connection.stream.on("error", () => {});
    if (this.#leaving >= limits.rejectedPeersLeavingMax) connection.reset();
    else if (words.length > 0) connection.stream.write(words);
    this.#leaving += 1;
    const gone = connection[Symbol.asyncDispose]() as Promise<void>;
    this.#sessions.track(
      gone.finally(() => {
        this.#leaving -= 1;
      }),
    );
  }

  /** No new sessions; settles when the listener is closed. */
  async stopAccepting(): Promise<void> {
    this.#stop.abort(new Error("closing"));
    await this.#listener[Symbol.asyncDispose]();
    await this.#accepting;
  }

  /** Settles when every session is over, and who was refused is gone. */
  sessionsOver(): Promise<void> {
    return this.#sessions.settled();
  }

  /** Side by side: who has to be looked at holds up nobody. */
  async #ask(connection: Connection, { mayEnter, turnAway }: Door): Promise<void> {
    connection.stream.on("error", () => {});
    if (this.#asked >= limits.pendingConnectionsMax) return connection.reset();
    this.#asked += 1;
    const may = await mayEnter(connection);
    this.#asked -= 1;
    if (this.isClosing) connection.reset();
    else if (may) this.#onConnection(connection);
    else turnAway(connection);
  }

  async #acceptAll(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const connection = await this.#listener.accept({ signal });
        if (this.#door === undefined) this.#onConnection(connection);
        else this.#sessions.track(this.#ask(connection, this.#door));
      } catch {
        return;
      }
    }
  }
}

// How whatever has sessions is closed.
interface ClosableSession {
  /** As soon as no transfer is under way; `text` tells the peer why. */
  closeWhenIdle(text: string): void;
  closeNow(text: string): void;
}

/** No new sessions; running transfers may finish for up to `graceMs`; then everything is closed. Settles when all are over. */
export async function closeSessions(
  clock: Clock,
  acceptors: readonly Acceptor[],
  sessions: ReadonlySet<ClosableSession>,
  text: string,
  graceMs: number,
): Promise<void> {
  await Promise.all(acceptors.map((acceptor) => acceptor.stopAccepting()));
  const cancel = clock.after(graceMs, () => {
    for (const session of sessions) session.closeNow(text);
  });
  for (const session of sessions) session.closeWhenIdle(text);
  await Promise.all(acceptors.map((acceptor) => acceptor.sessionsOver()));
  cancel();
}

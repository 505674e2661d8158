// The sessions of a library call: those that the caller has given, one of each server, and others with the same servers.
import type { ServerSession } from "./server-session.ts";
import type { SessionSource } from "./worker-sessions.ts";

/** The sessions with one server. */
interface Share {
  readonly given: ServerSession;
  /** The given one is lent to one worker at a time, as long as it is there. */
  isLent: boolean;
  isLost: boolean;
  readonly open: Set<ServerSession>;
}

/** `Server`: what the call names its servers by. */
export class SharedSessions<Server extends string> implements SessionSource<Server> {
  readonly #shares: ReadonlyMap<string, Share>;
  readonly #signal: AbortSignal;

  constructor(given: Readonly<Record<Server, ServerSession>>, signal: AbortSignal) {
    this.#shares = new Map(Object.entries<ServerSession>(given).map(([server, session]) => [server, shareOf(session)]));
    this.#signal = signal;
  }

  keyOf(server: Server): string {
    return server;
  }

  openWith(server: Server): number {
    return this.#share(server).open.size;
  }

  async open(server: Server, signal: AbortSignal = this.#signal): Promise<ServerSession> {
    const share = this.#share(server);
    const { given, open } = share;
    if (!share.isLent && !share.isLost) {
      share.isLent = true;
      open.add(given);
      return given;
    }
    const another = await given.openAnother({ signal });
    open.add(another);
    void another.closed.then(() => open.delete(another));
    return another;
  }

  async release(session: ServerSession): Promise<void> {
    for (const share of this.#shares.values()) {
      share.open.delete(session);
      if (share.given !== session) continue;
      share.isLent = false;
      return;
    }
    await session[Symbol.asyncDispose]();
  }

  #share(server: Server): Share {
    const share = this.#shares.get(server);
    if (share === undefined) throw new Error(`this call has no server ${server}`);
    return share;
  }
}

function shareOf(given: ServerSession): Share {
  const share: Share = { given, isLent: false, isLost: false, open: new Set() };
  void given.closed.then(() => {
    share.isLost = true;
    share.open.delete(given);
  });
  return share;
}

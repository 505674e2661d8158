// The sessions that one worker has, with each server that its tasks have named.
import type { ServerSession } from "./server-session.ts";

/** Where workers get their sessions. */
export interface SessionSource<Server> {
  /** The same for two servers that one session serves. */
  keyOf(server: Server): string;
  /** A session for one worker. `signal` ends the attempt. */
  open(server: Server, signal?: AbortSignal): Promise<ServerSession>;
  /** The worker has no use for it any more. */
  release(session: ServerSession): Promise<void>;
  /** How many are open with that server, those of other workers too. */
  openWith(server: Server): number;
}

/** A server with which a worker cannot have a session, and why. */
export interface Unreachable<Server> {
  readonly server: Server;
  readonly cause: unknown;
}

/** A server, and which session with it a task asks for: some need two. */
export interface WantedSession<Server> {
  readonly server: Server;
  readonly second?: "second" | undefined;
}

/** Those that one worker has opened. */
export class WorkerSessions<Server> implements AsyncDisposable {
  readonly #source: SessionSource<Server>;
  readonly #open: Map<string, ServerSession> = new Map();
  /** What `get` has thrown, and why. */
  readonly #unreachable: WeakMap<object, Unreachable<Server>> = new WeakMap();

  constructor(source: SessionSource<Server>) {
    this.#source = source;
  }

  keyOf({ server, second }: WantedSession<Server>): string {
    return this.#source.keyOf(server) + (second ?? "");
  }

  /** That is open already. */
  known(key: string): ServerSession | undefined {
    return this.#open.get(key);
  }

  async get(wanted: WantedSession<Server>, signal?: AbortSignal): Promise<ServerSession> {
    const { server } = wanted;
    const key = this.keyOf(wanted);
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    try {
      const session = await this.#source.open(server, signal);
      this.#open.set(key, session);
      void session.closed.then(() => {
        if (this.#open.get(key) === session) this.#open.delete(key);
      });
      return session;
    } catch (cause) {
      const error = new Error("no session", { cause });
      this.#unreachable.set(error, { server, cause });
      throw error;
    }
  }

  /** Undefined for anything but what `get` has thrown. */
  unreachableOf(thrown: unknown): Unreachable<Server> | undefined {
    return typeof thrown === "object" && thrown !== null ? this.#unreachable.get(thrown) : undefined;
  }

  /** May be used again afterwards. */
  async [Symbol.asyncDispose](): Promise<void> {
    const sessions = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(sessions.map((session) => this.#source.release(session)));
  }
}

// Accepts FTP clients on one listener and gives each a session.
import type { LoginGuard } from "../platform/login-guard.ts";
import type { Connection, Listener } from "../platform/network.ts";
import { plainHost } from "../protocol/ip-address.ts";
import { formatReply, makeReply } from "../protocol/reply.ts";
import type { ServerEnvironment, ServerPolicy } from "./environment.ts";
import { Session } from "./session.ts";

/** Shared by the listeners of one server. */
export interface ServerShared {
  readonly sessions: Set<Session>;
  readonly perAddress: Map<string, number>;
  readonly guard: LoginGuard;
  lastSession: number;
}

export class FtpServer {
  readonly #listener: Listener;
  readonly #policy: ServerPolicy;
  readonly #environment: ServerEnvironment;
  readonly #shared: ServerShared;
  readonly #implicit: boolean;
  readonly #stop: AbortController = new AbortController();
  readonly #work: Set<Promise<void>> = new Set();
  readonly #accepting: Promise<void>;

  /** Owns the listener from now on. `implicit`: TLS from the first byte. */
  constructor(
    listener: Listener,
    policy: ServerPolicy,
    environment: ServerEnvironment,
    shared: ServerShared,
    implicit: boolean,
  ) {
    this.#listener = listener;
    this.#policy = policy;
    this.#environment = environment;
    this.#shared = shared;
    this.#implicit = implicit;
    this.#accepting = this.#acceptAll();
  }

  /** No new sessions; settles when the listener is closed. */
  async stopAccepting(): Promise<void> {
    this.#stop.abort(new Error("closing"));
    await this.#listener[Symbol.asyncDispose]();
    await this.#accepting;
  }

  /** Settles when every session of this listener is over. */
  async sessionsOver(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  async #acceptAll(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        this.#serve(await this.#listener.accept({ signal }));
      } catch {
        return;
      }
    }
  }

  #serve(connection: Connection): void {
    const { sessions, perAddress, guard } = this.#shared;
    const { sessionsMax, sessionsPerAddressMax } = this.#policy;
    const address = plainHost(connection.remote.host);
    const already = perAddress.get(address) ?? 0;
    const refused =
      sessions.size >= sessionsMax
        ? `${sessionsMax} sessions are open, the limit.`
        : already >= sessionsPerAddressMax
          ? `${sessionsPerAddressMax} sessions from your address are open, the limit.`
          : undefined;
    if (refused !== undefined) {
      this.#refuse(connection, refused);
      return;
    }
    this.#shared.lastSession += 1;
    const context = { id: this.#shared.lastSession, policy: this.#policy, environment: this.#environment, guard };
    const session = new Session(context, connection);
    sessions.add(session);
    perAddress.set(address, already + 1);
    this.#track(
      session.run(this.#implicit).finally(() => {
        sessions.delete(session);
        const left = (perAddress.get(address) ?? 1) - 1;
        if (left > 0) perAddress.set(address, left);
        else perAddress.delete(address);
      }),
    );
  }

  #refuse(connection: Connection, why: string): void {
    connection.stream.on("error", () => {});
    // Inside implicit TLS the words could not be read.
    if (!this.#implicit) connection.stream.write(formatReply(makeReply(421, `Too many sessions: ${why}`)));
    this.#track(connection[Symbol.asyncDispose]() as Promise<void>);
  }

  #track(work: Promise<void>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }
}

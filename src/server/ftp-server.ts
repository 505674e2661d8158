// Accepts FTP clients on one listener and gives each a session.
import { Entrance } from "../platform/entrance.ts";
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
  readonly entrance: Entrance;
  readonly #policy: ServerPolicy;
  readonly #environment: ServerEnvironment;
  readonly #shared: ServerShared;
  readonly #implicit: boolean;

  /** Owns the listener from now on. `implicit`: TLS from the first byte. */
  constructor(
    listener: Listener,
    policy: ServerPolicy,
    environment: ServerEnvironment,
    shared: ServerShared,
    implicit: boolean,
  ) {
    this.#policy = policy;
    this.#environment = environment;
    this.#shared = shared;
    this.#implicit = implicit;
    this.entrance = new Entrance(listener, (connection) => this.#serve(connection));
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
      const reply = makeReply(421, `Too many sessions: ${refused}`);
      // Inside implicit TLS the words could not be read.
      this.entrance.refuse(connection, this.#implicit ? "" : formatReply(reply));
      return;
    }
    this.#shared.lastSession += 1;
    const context = { id: this.#shared.lastSession, policy: this.#policy, environment: this.#environment, guard };
    const session = new Session(context, connection);
    sessions.add(session);
    perAddress.set(address, already + 1);
    this.entrance.track(
      session.run(this.#implicit).finally(() => {
        sessions.delete(session);
        const left = (perAddress.get(address) ?? 1) - 1;
        if (left > 0) perAddress.set(address, left);
        else perAddress.delete(address);
      }),
    );
  }
}

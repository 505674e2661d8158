// Accepts FTP clients on one listener and gives each a session.
import { Acceptor } from "../admission/acceptor.ts";
import { blockOf, type LoginGuard } from "../admission/login-guard.ts";
import type { PendingLogins } from "../admission/pending-logins.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import type { Connection, Listener } from "../platform/network.ts";
import { formatReply, makeReply } from "../protocol/reply.ts";
import type { Carrier, ServerEnvironment, ServerPolicy } from "./environment.ts";
import { FtpSession } from "./ftp-session.ts";
import type { LostUploads } from "./lost-uploads.ts";

/** Shared by the listeners of one server. */
export interface ServerShared {
  readonly sessions: Set<FtpSession>;
  /** By what the guard takes for one client. */
  readonly perAddress: Map<string, number>;
  readonly guard: LoginGuard;
  readonly pending: PendingLogins;
  readonly lostUploads: LostUploads;
  lastSession: number;
}

export class FtpServer {
  readonly acceptor: Acceptor;
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
    const { mayEnter } = environment;
    const door = mayEnter && { mayEnter, turnAway: (connection: Connection) => this.#turnAway(connection) };
    this.acceptor = new Acceptor(listener, (connection) => this.serve(connection), door);
  }

  #turnAway(connection: Connection): void {
    this.#environment.emit(0, { type: "client.refused", remote: formatEndpoint(connection.remote) });
    this.#refuse(connection, "This port is for other users of this machine.");
  }

  /** Inside implicit TLS the words could not be read. */
  #refuse(connection: Connection, text: string): void {
    this.acceptor.refuse(connection, this.#implicit ? "" : formatReply(makeReply(421, text)));
  }

  /** `carrier`: what has brought the connection here, if it did not arrive at the listener. */
  serve(connection: Connection, carrier?: Carrier): void {
    if (this.acceptor.isClosing) {
      connection.reset();
      return;
    }
    const { sessions, perAddress, guard, lostUploads } = this.#shared;
    const policy = this.#policy;
    const environment = this.#environment;
    const address = blockOf((carrier?.client ?? connection.remote).host);
    let session: FtpSession | undefined;
    const onLogin = this.#admit(address, (text) => session?.closeNow(text));
    if (typeof onLogin === "string") {
      this.#refuse(connection, onLogin);
      return;
    }
    this.#shared.lastSession += 1;
    const opened = new FtpSession(
      { id: this.#shared.lastSession, policy, environment, guard, lostUploads, onLogin, carrier },
      connection,
    );
    session = opened;
    sessions.add(opened);
    perAddress.set(address, (perAddress.get(address) ?? 0) + 1);
    this.acceptor.track(
      opened.run(this.#implicit).finally(() => {
        onLogin();
        sessions.delete(opened);
        const left = (perAddress.get(address) ?? 1) - 1;
        if (left > 0) perAddress.set(address, left);
        else perAddress.delete(address);
      }),
    );
  }

  /** What is to be called at the login, or why there is no room. */
  #admit(address: string, hangUp: (text: string) => void): (() => void) | string {
    const { sessions, perAddress, pending } = this.#shared;
    const { sessionsMax, sessionsPerAddressMax } = this.#policy;
    if (sessions.size >= sessionsMax) return `There are too many connected users (${sessionsMax}), please try later.`;
    if ((perAddress.get(address) ?? 0) >= sessionsPerAddressMax) {
      return `There are too many connections (${sessionsPerAddressMax}) from your internet address.`;
    }
    const crowded = "There are too many connections from your internet address that have not logged in.";
    return pending.admit(address, () => hangUp(crowded)) ?? crowded;
  }
}

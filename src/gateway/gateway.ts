// The FTP-aware relay: accepts clients on one listener and gives each a session.
import { Acceptor } from "../admission/acceptor.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import type { Connection, Listener } from "../platform/network.ts";
import type { ServerMemory } from "../protocol/relay/messages.ts";
import { gatewayReply } from "../protocol/relay/texts.ts";
import { formatReply } from "../protocol/reply.ts";
import type { GatewayEnvironment, GatewayOptions } from "./environment.ts";
import type { ListenerRegistry } from "./listener-registry.ts";
import { Session } from "./session.ts";

/** Shared by the gateways of one tunnel: third-party transfers join sessions of different forwards. */
export interface GatewayShared {
  readonly registry: ListenerRegistry;
  readonly sessions: Set<Session>;
  /** Number of the newest session. */
  lastSession: number;
}

const notForYou = "This port is for other users of this machine.";

export class Gateway {
  readonly acceptor: Acceptor;
  readonly #options: GatewayOptions;
  readonly #environment: GatewayEnvironment;
  readonly #shared: GatewayShared;
  readonly #memory: ServerMemory = { passiveReaches: false };

  /** Owns the listener from now on. */
  constructor(listener: Listener, options: GatewayOptions, environment: GatewayEnvironment, shared: GatewayShared) {
    this.#options = options;
    this.#environment = environment;
    this.#shared = shared;
    const { mayEnter } = environment;
    const door = mayEnter && { mayEnter, turnAway: (connection: Connection) => this.#turnAway(connection) };
    this.acceptor = new Acceptor(listener, (connection) => this.#serve(connection), door);
  }

  #turnAway(connection: Connection): void {
    this.#environment.emit(0, { type: "client.refused", remote: formatEndpoint(connection.remote) });
    this.acceptor.refuse(connection, formatReply(gatewayReply("closing", notForYou)));
  }

  #serve(connection: Connection): void {
    const shared = this.#shared;
    const max = this.#options.sessionsMax;
    if (shared.sessions.size >= max) {
      const reply = gatewayReply("closing", `There are too many connected users (${max}), please try later.`);
      this.acceptor.refuse(connection, formatReply(reply));
      return;
    }
    shared.lastSession += 1;
    const context = {
      id: shared.lastSession,
      options: this.#options,
      environment: this.#environment,
      registry: shared.registry,
      memory: this.#memory,
    };
    const session = new Session(context, connection);
    shared.sessions.add(session);
    this.acceptor.track(session.run().finally(() => shared.sessions.delete(session)));
  }
}

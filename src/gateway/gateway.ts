// The FTP-aware relay: accepts clients on one listener and gives each a session.
import type { Connection, Listener } from "../platform/network.ts";
import { limits } from "../protocol/limits.ts";
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

export class Gateway {
  readonly #listener: Listener;
  readonly #options: GatewayOptions;
  readonly #environment: GatewayEnvironment;
  readonly #shared: GatewayShared;
  readonly #memory: ServerMemory = { passiveReaches: false };
  readonly #stop: AbortController = new AbortController();
  readonly #work: Set<Promise<void>> = new Set();
  readonly #accepting: Promise<void>;
  /** Refused and not yet gone. */
  #leaving = 0;

  /** Owns the listener from now on. */
  constructor(listener: Listener, options: GatewayOptions, environment: GatewayEnvironment, shared: GatewayShared) {
    this.#listener = listener;
    this.#options = options;
    this.#environment = environment;
    this.#shared = shared;
    this.#accepting = this.#acceptAll();
  }

  /** No new sessions; settles when the listener is closed. */
  async stopAccepting(): Promise<void> {
    this.#stop.abort(new Error("closing"));
    await this.#listener[Symbol.asyncDispose]();
    await this.#accepting;
  }

  /** Settles when every session of this gateway is over. */
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
    const shared = this.#shared;
    if (shared.sessions.size >= this.#options.sessionsMax) {
      this.#refuse(connection);
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
    this.#track(session.run().finally(() => shared.sessions.delete(session)));
  }

  /** With a reason, but in a flood without: each that is told takes up to `disposeGraceMs` to leave. */
  #refuse(connection: Connection): void {
    const max = this.#options.sessionsMax;
    connection.stream.on("error", () => {});
    if (this.#leaving >= limits.intrudersLeavingMax) connection.reset();
    else
      connection.stream.write(formatReply(gatewayReply("closing", `Too many sessions: ${max} are open, the limit.`)));
    this.#leaving += 1;
    const gone = connection[Symbol.asyncDispose]() as Promise<void>;
    this.#track(
      gone.finally(() => {
        this.#leaving -= 1;
      }),
    );
  }

  #track(work: Promise<void>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }
}

// The listeners at the remote end. ssh makes them itself (PROTOCOL.mux section 6, what `ssh -O forward -R` does), because only
// it gets the server's answer to tcpip-forward; see README.md.
import type { Clock } from "../../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { Listener, ListenOptions } from "../../platform/network.ts";
import { portsInRandomOrder } from "../../platform/port-range.ts";
import type { Random } from "../../platform/random.ts";
import type { TraceEventBody } from "../../platform/trace.ts";
import { isSallyportError, type SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { forwardRefused } from "../channel-refusal.ts";
import { ForwardRequests } from "./forward-requests.ts";
import { Originators } from "./originators.ts";
import { RemoteListener } from "./remote-listener.ts";
import type { SshMessages } from "./ssh-messages.ts";

export interface RemoteForwardsParts {
  readonly socketPath: string;
  /** Absolute path of a name in our own directory. */
  readonly file: (name: string) => string;
  readonly messages: SshMessages;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: (event: TraceEventBody) => void;
  /** Rejects when ssh does not live any more. */
  readonly confirm: () => Promise<void>;
  /** Gets the server's next message on its way. */
  readonly nudge: () => void;
  /** Resolves when the server has worked off all that ssh sent it before. */
  readonly roundTrip: () => Promise<void>;
}

/** `-R *:…` is every address; the empty word would be loopback (channels.c, channel_rfwd_bind_host). */
const everyAddress = "*";

export class RemoteForwards {
  readonly #parts: RemoteForwardsParts;
  readonly #requests: ForwardRequests;
  readonly #originators: Originators;
  readonly #listeners = new Set<RemoteListener>();
  /** Listeners that were opened after their request was aborted, on their way out. */
  readonly #unwanted = new Set<Promise<void>>();
  #lost: SallyportError | undefined;

  constructor(parts: RemoteForwardsParts) {
    this.#parts = parts;
    this.#requests = new ForwardRequests(parts.socketPath, parts.file);
    this.#originators = new Originators(parts.clock);
    parts.messages.watch(this.#originators.read);
  }

  /** `host:port` of every listener, for a leak check. */
  get open(): readonly string[] {
    return [...this.#listeners].map(({ endpoint }) => formatEndpoint(endpoint));
  }

  async listen(options: ListenOptions): Promise<Listener> {
    const { host, ports, signal } = options;
    signal.throwIfAborted();
    await Promise.all(this.#unwanted);
    let refused: unknown;
    let attempts = 0;
    for (const port of portsInRandomOrder(ports, this.#parts.random)) {
      if (attempts++ >= limits.sshForwardAttemptsMax) break;
      signal.throwIfAborted();
      if (this.#lost !== undefined) throw this.#lost;
      try {
        return await this.#listenUnlessAborted({ host, port }, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!isSallyportError(error) || error.code !== "SSH_FORWARD_REFUSED") throw error;
        refused = error;
      }
    }
    if (ports.first === ports.last) throw refused;
    const range = `${formatEndpoint({ host: host || "*", port: ports.first })}-${ports.last}`;
    throw forwardRefused(range, `${attempts} ports tried`);
  }

  lose(error: SallyportError): void {
    this.#lost ??= error;
    for (const listener of this.#listeners) listener.lose(error);
    this.#listeners.clear();
  }

  /** An abort rejects at once; the listener that the server may make all the same is taken away again. */
  #listenUnlessAborted(asked: Endpoint, signal: AbortSignal): Promise<RemoteListener> {
    return new Promise((resolve, reject) => {
      const listening = this.#listen(asked);
      const onAbort = (): void => {
        const undone = listening.then(
          (listener) => listener[Symbol.asyncDispose](),
          () => {},
        );
        this.#unwanted.add(undone);
        void undone.finally(() => this.#unwanted.delete(undone));
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      listening.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
    });
  }

  async #listen(asked: Endpoint): Promise<RemoteListener> {
    const { clock, confirm, emit } = this.#parts;
    const muxHost = asked.host === "" ? everyAddress : asked.host;
    const forward = await this.#requests.open(muxHost, asked.port);
    this.#parts.nudge();
    const endpoint = { host: asked.host, port: forward.port };
    const listener = new RemoteListener(endpoint, forward.socket, {
      clock,
      confirm,
      nextOriginator: () => this.#originators.next(endpoint),
      cancel: async () => {
        this.#listeners.delete(listener);
        await forward.cancel();
        await this.#parts.roundTrip().catch(() => {}); // the connection is gone, and with it the listener
        this.#originators.forget(endpoint);
        emit({ type: "listener.close", endpoint: formatEndpoint(endpoint) });
      },
    });
    this.#listeners.add(listener);
    emit({ type: "listener.open", endpoint: formatEndpoint(endpoint) });
    return listener;
  }
}

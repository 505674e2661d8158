// The listeners at the remote end of one SSH connection: a free port of a range, and what an abort leaves behind.
import { onAbort } from "../../platform/abort.ts";
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { ListenOptions } from "../../platform/network.ts";
import { portsInRandomOrder } from "../../platform/port-range.ts";
import type { Random } from "../../platform/random.ts";
import type { TraceEventBody } from "../../platform/trace.ts";
import { isSallyportError, type SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { forwardRefused } from "../refusals.ts";
import { RemoteListener } from "./remote-listener.ts";

/** The listener that the server made. */
export interface MadeListener {
  readonly port: number;
  /** Takes it away from the server again; resolves when it is gone there. */
  cancel(): Promise<void>;
  /** The SSH connection is gone, and the listener with it. */
  onLost?(): void;
}

export interface RemoteForwardsParts {
  readonly random: Random;
  readonly emit: (event: TraceEventBody) => void;
  /**
   * Asks the server to listen; port 0 lets it choose. `onListening` is called before anything else that the server sends
   * is looked at: it may be a connection to the listener. Throws SSH_FORWARD_REFUSED, or what the connection broke with.
   */
  readonly request: (asked: Endpoint, onListening: (made: MadeListener) => RemoteListener) => Promise<RemoteListener>;
}

export class RemoteForwards {
  readonly #parts: RemoteForwardsParts;
  readonly #listeners = new Set<RemoteListener>();
  /** Listeners that were opened after their request was aborted, on their way out. */
  readonly #unwanted = new Set<Promise<void>>();
  #lost: SallyportError | undefined;

  constructor(parts: RemoteForwardsParts) {
    this.#parts = parts;
  }

  /** `host:port` of every listener, for a leak check. */
  get open(): readonly string[] {
    return [...this.#listeners].map(({ endpoint }) => formatEndpoint(endpoint));
  }

  async listen({ host, ports, signal }: ListenOptions): Promise<RemoteListener> {
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

  /**
   * The listener that a connection to `host:port` is for. The port decides: servers spell the address in their own way,
   * and ssh2 would refuse the connection for that.
   */
  find(host: string, port: number): RemoteListener | undefined {
    const onPort = [...this.#listeners].filter(({ endpoint }) => endpoint.port === port);
    if (onPort.length <= 1) return onPort[0];
    return (
      onPort.find(({ endpoint }) => endpoint.host === host) ??
      onPort.find(({ endpoint }) => isAlike(endpoint.host, host))
    );
  }

  lose(error: SallyportError): void {
    this.#lost ??= error;
    for (const listener of this.#listeners) {
      this.#remove(listener);
      listener.lose(this.#lost);
    }
  }

  /** An abort rejects at once; the listener that the server may make all the same is taken away again. */
  #listenUnlessAborted(asked: Endpoint, signal: AbortSignal): Promise<RemoteListener> {
    return new Promise((resolve, reject) => {
      const listening = this.#parts.request(asked, (made) => this.#add({ host: asked.host, port: made.port }, made));
      const stopListening = onAbort(signal, () => {
        const undone = listening.then(
          (listener) => listener[Symbol.asyncDispose](),
          () => {},
        );
        this.#unwanted.add(undone);
        void undone.finally(() => this.#unwanted.delete(undone));
        reject(signal.reason);
      });
      listening.then(resolve, reject).finally(stopListening);
    });
  }

  #add(endpoint: Endpoint, made: MadeListener): RemoteListener {
    const listener = new RemoteListener(endpoint, {
      cancel: () => {
        this.#remove(listener);
        return made.cancel();
      },
      ...(made.onLost === undefined ? {} : { onLost: made.onLost }),
    });
    this.#listeners.add(listener);
    this.#parts.emit({ type: "listener.open", endpoint: formatEndpoint(endpoint) });
    return listener;
  }

  #remove(listener: RemoteListener): void {
    if (!this.#listeners.delete(listener)) return;
    this.#parts.emit({ type: "listener.close", endpoint: formatEndpoint(listener.endpoint) });
  }
}

/** Spellings that servers use for one another when they echo the address (RFC 4254 section 7.2). */
const sameAddress: readonly (readonly string[])[] = [
  ["localhost", "127.0.0.1", "::1"],
  ["", "*", "0.0.0.0", "::"],
];

function isAlike(asked: string, echoed: string): boolean {
  return asked === echoed || sameAddress.some((group) => group.includes(asked) && group.includes(echoed));
}

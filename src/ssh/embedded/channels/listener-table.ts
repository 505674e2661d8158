// The listeners at the remote end, and which of them a forwarded connection is for.
import { type Endpoint, formatEndpoint } from "../../../platform/endpoint.ts";
import type { PortRange } from "../../../platform/network.ts";
import { portsInRandomOrder } from "../../../platform/port-range.ts";
import type { Random } from "../../../platform/random.ts";
import type { TraceEventBody } from "../../../platform/trace.ts";
import type { SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import { forwardRefused } from "../../channel-refusal.ts";
import { EmbeddedListener } from "./embedded-listener.ts";
import type { ForwardRequests } from "./forward-requests.ts";

/** Spellings that servers use for one another when they echo the address (RFC 4254 section 7.2). */
const sameAddress: readonly (readonly string[])[] = [
  ["localhost", "127.0.0.1", "::1"],
  ["", "*", "0.0.0.0", "::"],
];

function isAlike(asked: string, echoed: string): boolean {
  return asked === echoed || sameAddress.some((group) => group.includes(asked) && group.includes(echoed));
}

export class ListenerTable {
  readonly #requests: ForwardRequests;
  readonly #random: Random;
  readonly #emit: (event: TraceEventBody) => void;
  readonly #listeners = new Set<EmbeddedListener>();
  /** Listeners that were opened after their request was aborted, on their way out. */
  readonly #unwanted = new Set<Promise<void>>();

  constructor(requests: ForwardRequests, random: Random, emit: (event: TraceEventBody) => void) {
    this.#requests = requests;
    this.#random = random;
    this.#emit = emit;
  }

  /** `host:port` of every listener, for a leak check. */
  get open(): readonly string[] {
    return [...this.#listeners].map(({ endpoint }) => formatEndpoint(endpoint));
  }

  async listen(host: string, ports: PortRange, signal: AbortSignal): Promise<EmbeddedListener> {
    signal.throwIfAborted();
    await Promise.all(this.#unwanted);
    let refused: unknown;
    let attempts = 0;
    for (const port of portsInRandomOrder(ports, this.#random)) {
      if (attempts++ >= limits.sshForwardAttemptsMax) break;
      signal.throwIfAborted();
      try {
        return await this.#request(host, port, signal);
      } catch (error) {
        signal.throwIfAborted();
        if ((error as SallyportError).code !== "SSH_FORWARD_REFUSED") throw error;
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
  find(host: string, port: number): EmbeddedListener | undefined {
    const onPort = [...this.#listeners].filter(({ endpoint }) => endpoint.port === port);
    if (onPort.length <= 1) return onPort[0];
    return (
      onPort.find(({ endpoint }) => endpoint.host === host) ??
      onPort.find(({ endpoint }) => isAlike(endpoint.host, host))
    );
  }

  lose(error: SallyportError): void {
    for (const listener of [...this.#listeners]) {
      this.#remove(listener);
      listener.lose(error);
    }
  }

  /** An abort rejects at once; the listener that the server may make all the same is taken away again. */
  #request(host: string, port: number, signal: AbortSignal): Promise<EmbeddedListener> {
    return new Promise((resolve, reject) => {
      const bound = this.#requests.listen(host, port, (actual) => this.#add({ host, port: actual }));
      const onAbort = (): void => {
        const undone = bound.then(
          (listener) => listener[Symbol.asyncDispose](),
          () => {},
        );
        this.#unwanted.add(undone);
        void undone.then(() => this.#unwanted.delete(undone));
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      bound.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
    });
  }

  #add(endpoint: Endpoint): EmbeddedListener {
    const listener = new EmbeddedListener(endpoint, () => {
      this.#remove(listener);
      return this.#requests.cancel(endpoint.host, endpoint.port);
    });
    this.#listeners.add(listener);
    this.#emit({ type: "listener.open", endpoint: formatEndpoint(endpoint) });
    return listener;
  }

  #remove(listener: EmbeddedListener): void {
    if (!this.#listeners.delete(listener)) return;
    this.#emit({ type: "listener.close", endpoint: formatEndpoint(listener.endpoint) });
  }
}

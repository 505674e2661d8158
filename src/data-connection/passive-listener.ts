// We listen, and the right peer connects to us: PASV, EPSV, LPSV.
import { abortablePromise } from "../platform/abort.ts";
import type { Endpoint } from "../platform/endpoint.ts";
import type { Connection, Listener, Network, PortRange } from "../platform/network.ts";
import { afterwards, type Soon } from "../platform/soon.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { listenForData } from "./data-listener.ts";

export interface PassiveListenerOptions {
  readonly network: Network;
  /** Address to listen on: the one at which the control connection's peer reached us. */
  readonly host: string;
  readonly ports: PortRange;
  /**
   * Whether this peer may have the data connection (RFC 2577 section 8): mostly, the control connection's peer. The signal of `over`
   * aborts when another one has it, or nobody will. Must not reject.
   */
  readonly isExpectedPeer: (remote: Endpoint, local: Endpoint, over: Over) => Soon<boolean>;
  /** Somebody else connected and was dropped; `count` of them so far. */
  readonly onRejectedPeer: (remote: Endpoint, count: number) => void;
  /** Ends the attempt to listen; its reason is rethrown untouched. The end, once open, lives until disposed. */
  readonly signal: AbortSignal;
}

/** Made when somebody asks for it: mostly nobody does, and a signal that is aborted is a tenth of the work for a small file. */
export type Over = () => AbortSignal;

/** Serves one data connection. The port is given back as soon as that one has come. */
export interface PassiveListener extends AsyncDisposable {
  readonly endpoint: Endpoint;
  /**
   * The connection, which is the caller's from then on. Throws `CLOSED` when disposed or called again, the network's error, or the signal's reason;
   * who disposes of it anyway needs none.
   */
  accept(options?: { readonly signal: AbortSignal }): Promise<Connection>;
  /** The same at once, if it has come already. */
  take(): Connection | undefined;
  /** Hands in a connection made in memory instead (third-party transfers). False, and nothing done, if one has come already. */
  offer(connection: Connection): boolean;
}

/** Opens a data port. Throws `NET_ADDRESS_IN_USE` when the range is full, else what the network says. */
export function openPassiveListener(options: PassiveListenerOptions): Promise<PassiveListener> {
  const { network, host, ports, signal } = options;
  return listenForData(network, { host, ports, signal }).then((listener) => new GuardedListener(listener, options));
}

/** Reason of an abort that nobody is told; made once, for the stack of an error costs more than the rest of a delivery. */
const delivered = new SallyportError("CLOSED", "the data connection has come");

interface Waiter {
  readonly resolve: (connection: Connection) => void;
  readonly reject: (reason: unknown) => void;
}

class GuardedListener implements PassiveListener {
  readonly endpoint: Endpoint;
  readonly #listener: Listener;
  readonly #options: PassiveListenerOptions;
  #waiting: AbortController | undefined;
  /** First come, first served; the others wait in vain. */
  readonly #waiters: Set<Waiter> = new Set();
  #connection: Connection | undefined;
  /** Why nobody will come: the network's error. */
  #failure: unknown;
  #rejected = 0;
  /** Being looked at, or dropped and not yet gone. */
  #busy = 0;
  #isFull = false;
  #state: "waiting" | "taken" | "handed out" | "closed" = "waiting";

  constructor(listener: Listener, options: PassiveListenerOptions) {
    this.endpoint = listener.endpoint;
    this.#listener = listener;
    this.#options = options;
    this.#next();
  }

  accept({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Connection> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const connection = this.take();
    if (connection !== undefined) return Promise.resolve(connection);
    if (this.#state !== "waiting") return Promise.reject(this.#failure ?? this.#closedError());
    return abortablePromise(signal, (resolve, reject) => {
      const waiter: Waiter = { resolve, reject };
      this.#waiters.add(waiter);
      return () => this.#waiters.delete(waiter);
    });
  }

  take(): Connection | undefined {
    if (this.#state !== "taken") return undefined;
    this.#state = "handed out";
    return this.#connection;
  }

  offer(connection: Connection): boolean {
    if (this.#state !== "waiting") return false;
    this.#state = "taken";
    this.#connection = connection;
    this.#waiting?.abort(delivered);
    void this.#listener[Symbol.asyncDispose]();
    for (const { resolve, reject } of this.#waiters) {
      if (this.take() === undefined) reject(this.#closedError());
      else resolve(connection);
    }
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const before = this.#state;
    if (before !== "handed out") this.#state = "closed";
    this.#refuse();
    this.#waiting?.abort(delivered);
    await this.#listener[Symbol.asyncDispose]();
    if (before !== "taken") return;
    this.#connection?.reset();
    await this.#connection?.closed;
  }

  /** Who waits at a listener is let go by its disposal. */
  #next(): void {
    this.#listener.accept({}).then(this.#arrived, this.#failed);
  }

  /** Drops everybody but the rightful peer. Nothing is thrown and nothing said to the victim (RFC 2577 section 8). */
  readonly #arrived = (connection: Connection): void => {
    this.#busy += 1;
    const judged = this.#judge(connection);
    if (judged === undefined) this.#busy -= 1;
    else void judged.then(this.#judged);
    // A flood waits in the listener's backlog, not in our memory.
    this.#isFull = this.#busy >= limits.rejectedPeersLeavingMax;
    if (this.#state === "waiting" && !this.#isFull) this.#next();
  };

  readonly #judged = (): void => {
    this.#busy -= 1;
    if (!this.#isFull) return;
    this.#isFull = false;
    if (this.#state === "waiting") this.#next();
  };

  readonly #failed = (error: unknown): void => {
    if (this.#state !== "waiting") return;
    this.#state = "closed";
    this.#failure = error;
    this.#refuse();
  };

  /** Those that wait get nothing. */
  #refuse(): void {
    for (const { reject } of this.#waiters) reject(this.#failure ?? this.#closedError());
  }

  /** All at once: the rightful peer does not wait until it is known who those before it are. */
  #judge(connection: Connection): Soon<void> {
    const { isExpectedPeer, onRejectedPeer } = this.#options;
    return afterwards(isExpectedPeer(connection.remote, connection.local, this.#over), (isExpected) => {
      if (isExpected) {
        if (!this.offer(connection)) connection.reset();
        return;
      }
      connection.reset();
      this.#rejected += 1;
      onRejectedPeer(connection.remote, this.#rejected);
      return connection.closed.then(() => {});
    });
  }

  readonly #over: Over = () => {
    this.#waiting ??= new AbortController();
    if (this.#state !== "waiting") this.#waiting.abort(delivered);
    return this.#waiting.signal;
  };

  #closedError(): SallyportError {
    return new SallyportError("CLOSED", `the data port ${this.endpoint.port} is closed`, {
      details: { phase: "accept" },
    });
  }
}

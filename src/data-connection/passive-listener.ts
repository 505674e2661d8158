// We listen, and the right peer connects to us: PASV, EPSV, LPSV.
import { abortablePromise } from "../platform/abort.ts";
import { Deferred } from "../platform/deferred.ts";
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

class GuardedListener implements PassiveListener {
  readonly endpoint: Endpoint;
  readonly #listener: Listener;
  readonly #options: PassiveListenerOptions;
  #waiting: AbortController | undefined;
  readonly #taken = new Deferred<Connection>();
  #connection: Connection | undefined;
  #rejected = 0;
  #state: "waiting" | "taken" | "handed out" | "closed" = "waiting";

  constructor(listener: Listener, options: PassiveListenerOptions) {
    this.endpoint = listener.endpoint;
    this.#listener = listener;
    this.#options = options;
    this.#taken.promise.catch(() => {});
    void this.#admit();
  }

  accept({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Connection> {
    return abortablePromise(signal, (resolve, reject) => {
      if (this.#state === "handed out") reject(this.#closedError());
      this.#taken.promise.then((connection) => {
        // After an abort this call has no right to it, and behind another one neither.
        if (signal?.aborted === true) return;
        if (this.#state !== "taken") return reject(this.#closedError());
        this.#state = "handed out";
        resolve(connection);
      }, reject);
      return () => {};
    });
  }

  take(): Connection | undefined {
    if (this.#state !== "taken") return undefined;
    this.#state = "handed out";
    return this.#connection;
  }

  offer(connection: Connection): boolean {
    if (this.#state !== "waiting") return false;
    this.#deliver(connection);
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const before = this.#state;
    if (before === "waiting") {
      const error = this.#closedError();
      this.#taken.reject(error);
      this.#waiting?.abort(error);
    }
    if (before !== "handed out") this.#state = "closed";
    await this.#listener[Symbol.asyncDispose]();
    if (before !== "taken") return;
    const connection = await this.#taken.promise;
    connection.reset();
    await connection.closed;
  }

  /** Drops everybody but the rightful peer. Nothing is thrown and nothing said to the victim (RFC 2577 section 8). */
  async #admit(): Promise<void> {
    const busy = new Set<Promise<unknown>>();
    try {
      while (this.#state === "waiting") {
        // Who waits at a listener is let go by its disposal.
        const connection = await this.#listener.accept({});
        const judged = this.#judge(connection);
        if (judged === undefined) continue;
        const over: Promise<unknown> = judged.then(() => busy.delete(over));
        busy.add(over);
        // A flood waits in the listener's backlog, not in our memory.
        if (busy.size >= limits.rejectedPeersLeavingMax) await Promise.race(busy);
      }
    } catch (error) {
      this.#taken.reject(error);
    }
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

  #deliver(connection: Connection): void {
    this.#state = "taken";
    this.#connection = connection;
    this.#taken.resolve(connection);
    this.#waiting?.abort(delivered);
    void this.#listener[Symbol.asyncDispose]();
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

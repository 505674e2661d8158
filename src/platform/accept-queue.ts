// Connections that arrived at a listener, of whatever network, and the calls of `accept` that wait for one.
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { abortablePromise } from "./abort.ts";
import type { Connection } from "./network.ts";

interface Waiter {
  readonly resolve: (connection: Connection) => void;
  readonly reject: (reason: unknown) => void;
}

/** For who waits at a listener that is disposed: every data port is, with somebody waiting, and an error that says which one has its price. */
const disposedMeanwhile = new SallyportError("CLOSED", "the listener is closed", { details: { phase: "accept" } });

/** Nothing to wait for. */
const nobody: Promise<void> = Promise.resolve();

/** First come, first served on both sides; at most `pendingConnectionsMax` connections are kept. */
export class AcceptQueue {
  readonly #pending: Set<Connection> = new Set();
  readonly #waiters: Set<Waiter> = new Set();
  #end: (() => SallyportError) | undefined;

  /** Hands the connection over or keeps it; resets it when nobody can take it any more. */
  arrive(connection: Connection): void {
    if (this.#end !== undefined || this.#pending.size >= limits.pendingConnectionsMax) {
      connection.reset();
      return;
    }
    for (const waiter of this.#waiters) {
      this.#waiters.delete(waiter);
      waiter.resolve(connection);
      return;
    }
    this.#pending.add(connection);
    void connection.closed.then(() => this.#pending.delete(connection));
  }

  /** The oldest connection, or the next one. Rejects with the signal's reason, or the error of {@link close}. */
  accept(signal: AbortSignal | undefined): Promise<Connection> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    if (this.#end !== undefined) return Promise.reject(this.#end());
    const [first] = this.#pending;
    if (first !== undefined) {
      this.#pending.delete(first);
      return Promise.resolve(first);
    }
    if (signal === undefined) return new Promise((resolve, reject) => void this.#waiters.add({ resolve, reject }));
    return abortablePromise(signal, (resolve, reject) => {
      const waiter: Waiter = { resolve, reject };
      this.#waiters.add(waiter);
      return () => this.#waiters.delete(waiter);
    });
  }

  /**
   * Fails those who wait, resets what was not accepted, and resolves when those are gone. Idempotent. `error` is also for those who ask later.
   */
  close(error: () => SallyportError, meanwhile: () => SallyportError = error): Promise<void> {
    this.#end ??= error;
    for (const waiter of this.#waiters) waiter.reject(meanwhile());
    this.#waiters.clear();
    for (const connection of this.#pending) connection.reset();
    return this.#pending.size === 0 ? nobody : this.#gone();
  }

  async #gone(): Promise<void> {
    await Promise.all([...this.#pending].map((connection) => connection.closed));
  }

  /** The same when the listener was disposed; `where` gives its `host:port`. */
  dispose(where: () => string): Promise<void> {
    const later = (): SallyportError =>
      new SallyportError("CLOSED", `the listener on ${where()} is closed`, {
        details: { local: where(), phase: "accept" },
      });
    return this.close(later, () => disposedMeanwhile);
  }
}

// A listening socket of this machine.
import type { AddressInfo, Server, Socket } from "node:net";
import type { Clock } from "../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection, Listener } from "../platform/network.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { systemConnection } from "./system-connection.ts";
import { systemEndpoint } from "./system-endpoint.ts";

interface Waiter {
  readonly resolve: (connection: Connection) => void;
  readonly reject: (reason: unknown) => void;
}

export class SystemListener implements Listener {
  readonly endpoint: Endpoint;
  readonly #server: Server;
  readonly #clock: Clock;
  /** Arrived, not yet accepted; at most `pendingConnectionsMax`. */
  readonly #pending = new Set<Connection>();
  /** Calls of `accept` that wait, oldest first. */
  readonly #waiters = new Set<Waiter>();
  #disposed = false;

  /** `server` is listening. */
  constructor(server: Server, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
    const { address, port } = server.address() as AddressInfo;
    this.endpoint = systemEndpoint(address, port);
    server.on("connection", (socket) => this.#arrive(socket));
    // Failures of accept(2), such as EMFILE: the listener stays, the next one may succeed.
    server.on("error", () => {});
  }

  accept(options: { readonly signal: AbortSignal }): Promise<Connection> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.#disposed) return reject(this.#closedError());
      for (const connection of this.#pending) {
        this.#pending.delete(connection);
        return resolve(connection);
      }
      const waiter: Waiter = {
        resolve: (connection) => {
          signal.removeEventListener("abort", onAbort);
          resolve(connection);
        },
        reject: (reason) => {
          signal.removeEventListener("abort", onAbort);
          this.#waiters.delete(waiter);
          reject(reason);
        },
      };
      const onAbort = (): void => waiter.reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#disposed) {
      this.#disposed = true;
      this.#server.close();
      for (const waiter of this.#waiters) waiter.reject(this.#closedError());
      for (const connection of this.#pending) connection.reset();
    }
    await Promise.all([...this.#pending].map((connection) => connection.closed));
  }

  #arrive(socket: Socket): void {
    const connection = systemConnection(socket, this.#clock);
    if (this.#disposed || this.#pending.size >= limits.pendingConnectionsMax) {
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

  #closedError(): SallyportError {
    const local = formatEndpoint(this.endpoint);
    return new SallyportError("CLOSED", `the listener on ${local} is closed`, { details: { local, phase: "accept" } });
  }
}

// A listening socket of this machine.
import type { AddressInfo, Server } from "node:net";
import { AcceptQueue } from "../platform/accept-queue.ts";
import type { Clock } from "../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection, Listener } from "../platform/network.ts";
import { systemConnection } from "./system-connection.ts";
import { systemEndpoint } from "./system-endpoint.ts";

export class SystemListener implements Listener {
  readonly endpoint: Endpoint;
  readonly #server: Server;
  readonly #queue: AcceptQueue = new AcceptQueue();

  /** `server` is listening. */
  constructor(server: Server, clock: Clock) {
    this.#server = server;
    const { address, port } = server.address() as AddressInfo;
    this.endpoint = systemEndpoint(address, port);
    server.on("connection", (socket) => this.#queue.arrive(systemConnection(socket, clock)));
    // Failures of accept(2), such as EMFILE: the listener stays, the next one may succeed.
    server.on("error", () => {});
  }

  accept(options: { readonly signal: AbortSignal }): Promise<Connection> {
    return this.#queue.accept(options.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await this.#queue.close(AcceptQueue.disposed(formatEndpoint(this.endpoint)));
  }
}

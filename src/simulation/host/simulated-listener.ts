// A listener of a simulated host.
import { AcceptQueue } from "../../platform/accept-queue.ts";
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { Connection, Listener } from "../../platform/network.ts";
import type { Host } from "./host.ts";
import type { ListeningSocket } from "./listening-socket.ts";
import { makeConnection } from "./simulated-connection.ts";

export class SimulatedListener implements Listener {
  readonly endpoint: Endpoint;
  readonly #socket: ListeningSocket;
  readonly #host: Host;
  readonly #queue: AcceptQueue = new AcceptQueue();
  /** Calls of `accept` that wait, for a program that does not take connections before. */
  #wanted: number;

  constructor(socket: ListeningSocket, host: Host, acceptsAtOnce: boolean) {
    this.endpoint = socket.local;
    this.#socket = socket;
    this.#host = host;
    this.#wanted = acceptsAtOnce ? Number.POSITIVE_INFINITY : 0;
    socket.onArrival = () => this.#take();
  }

  async accept(options: { readonly signal: AbortSignal }): Promise<Connection> {
    this.#wanted += 1;
    this.#take();
    try {
      return await this.#queue.accept(options.signal);
    } catch (error) {
      this.#wanted = Math.max(0, this.#wanted - 1);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#host.kernel.closeListener(this.#socket);
    await this.#queue.close(AcceptQueue.disposed(formatEndpoint(this.endpoint)));
  }

  #take(): void {
    while (this.#wanted > 0) {
      const socket = this.#socket.take();
      if (socket === undefined) return;
      this.#wanted -= 1;
      this.#host.world.touch();
      this.#queue.arrive(makeConnection(socket, this.#host.world));
    }
  }
}

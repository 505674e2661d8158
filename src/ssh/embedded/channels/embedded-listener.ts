// A listener at the remote end.

import { AcceptQueue } from "../../../platform/accept-queue.ts";
import { type Endpoint, formatEndpoint } from "../../../platform/endpoint.ts";
import type { Connection, Listener } from "../../../platform/network.ts";
import type { SallyportError } from "../../../protocol/error.ts";

export class EmbeddedListener implements Listener {
  readonly endpoint: Endpoint;
  readonly #queue = new AcceptQueue();
  readonly #cancel: () => Promise<void>;
  #disposed: Promise<void> | undefined;

  /** `cancel` takes the listener away from the server. */
  constructor(endpoint: Endpoint, cancel: () => Promise<void>) {
    this.endpoint = endpoint;
    this.#cancel = cancel;
  }

  accept(options: { readonly signal: AbortSignal }): Promise<Connection> {
    return this.#queue.accept(options.signal);
  }

  arrive(connection: Connection): void {
    this.#queue.arrive(connection);
  }

  /** The SSH connection is gone, and the listener with it. */
  lose(error: SallyportError): void {
    void this.#queue.close(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose();
    await this.#disposed;
  }

  async #dispose(): Promise<void> {
    const closed = this.#queue.close(AcceptQueue.disposed(formatEndpoint(this.endpoint)));
    await Promise.all([this.#cancel(), closed]);
  }
}

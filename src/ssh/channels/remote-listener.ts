// A listener at the remote end, whoever asked the SSH server for it.
import { AcceptQueue } from "../../platform/accept-queue.ts";
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { Connection, Listener } from "../../platform/network.ts";
import type { SallyportError } from "../../protocol/error.ts";

export interface RemoteListenerParts {
  /** Takes the listener away from the server; resolves when it is gone there. */
  readonly cancel: () => Promise<void>;
  readonly onLost?: () => void;
}

export class RemoteListener implements Listener {
  /** As it was asked for, with the port that the server listens on. */
  readonly endpoint: Endpoint;
  readonly #queue = new AcceptQueue();
  readonly #parts: RemoteListenerParts;
  #disposed: Promise<void> | undefined;

  constructor(endpoint: Endpoint, parts: RemoteListenerParts) {
    this.endpoint = endpoint;
    this.#parts = parts;
  }

  accept(options: { readonly signal?: AbortSignal }): Promise<Connection> {
    return this.#queue.accept(options.signal);
  }

  arrive(connection: Connection): void {
    this.#queue.arrive(connection);
  }

  /** The SSH connection is gone, and the listener with it. */
  lose(error: SallyportError): void {
    this.#parts.onLost?.();
    void this.#queue.close(() => error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose();
    await this.#disposed;
  }

  async #dispose(): Promise<void> {
    const closed = this.#queue.dispose(() => formatEndpoint(this.endpoint));
    await Promise.all([this.#parts.cancel(), closed]);
  }
}

// A listener at the remote end: ssh's -R to a Unix socket of ours.
import type { Socket } from "node:net";
import { AcceptQueue } from "../../platform/accept-queue.ts";
import type { Clock } from "../../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { Connection, Listener } from "../../platform/network.ts";
import { StreamConnection } from "../../platform/stream-connection.ts";
import type { SallyportError } from "../../protocol/error.ts";
import { ForwardedStream } from "./forwarded-stream.ts";
import type { UnixListener } from "./unix-listener.ts";

export interface RemoteListenerParts {
  readonly clock: Clock;
  /** Rejects when ssh does not live any more. */
  readonly confirm: () => Promise<void>;
  /** Who made the next connection. */
  readonly nextOriginator: () => Promise<Endpoint>;
  /** Takes the listener away from the server; resolves when it is gone there. */
  readonly cancel: () => Promise<void>;
}

export class RemoteListener implements Listener {
  readonly endpoint: Endpoint;
  readonly #parts: RemoteListenerParts;
  readonly #socket: UnixListener;
  readonly #queue = new AcceptQueue();
  /** Connections are handed over in the order in which they came, also where ssh's line about one is late. */
  #arrivals: Promise<void> = Promise.resolve();
  #disposed: Promise<void> | undefined;

  /** `endpoint` as it was asked for, with the port that the server listens on. */
  constructor(endpoint: Endpoint, socket: UnixListener, parts: RemoteListenerParts) {
    this.endpoint = endpoint;
    this.#parts = parts;
    this.#socket = socket;
    socket.onConnection((connection) => this.#connected(connection));
  }

  accept(options: { readonly signal: AbortSignal }): Promise<Connection> {
    return this.#queue.accept(options.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose();
    await this.#disposed;
  }

  /** The SSH connection is gone, and the listener with it. */
  lose(error: SallyportError): void {
    this.#socket.close();
    void this.#queue.close(error);
  }

  async #dispose(): Promise<void> {
    const closed = this.#queue.close(AcceptQueue.disposed(formatEndpoint(this.endpoint)));
    await this.#parts.cancel();
    this.#socket.close();
    await closed;
  }

  #connected(socket: Socket): void {
    const originator = this.#parts.nextOriginator();
    const stream = new ForwardedStream(socket, formatEndpoint(this.endpoint), this.#parts.confirm);
    this.#arrivals = this.#arrivals.then(async () => this.#arrive(stream, await originator));
  }

  #arrive(stream: ForwardedStream, remote: Endpoint): void {
    const { clock } = this.#parts;
    // ssh makes an end-of-file of whatever happens to a Unix socket: there is no better way to abort.
    const breakOff = (): unknown => stream.destroy();
    this.#queue.arrive(new StreamConnection({ stream, local: this.endpoint, remote, clock, breakOff }));
  }
}

// A listener as the system sees it: connections that are being made, and those that wait for accept(2).
import type { Endpoint } from "../../platform/endpoint.ts";
import type { PortHolder } from "./port-table.ts";
import type { TcpSocket } from "./tcp-socket.ts";

export class ListeningSocket implements PortHolder {
  readonly local: Endpoint;
  readonly remote: undefined;
  readonly reuse: boolean;
  readonly isBound = true;
  readonly state = "LISTEN";
  readonly #backlog: number;
  readonly #waiting: Set<TcpSocket> = new Set();
  /** Told when a connection waits. */
  onArrival: () => void = () => {};

  constructor(local: Endpoint, reuse: boolean, backlog: number) {
    this.local = local;
    this.reuse = reuse;
    this.#backlog = backlog;
  }

  /** One more than the backlog may wait, as on Linux; what comes then is not answered (tcp_abort_on_overflow is off). */
  get hasRoom(): boolean {
    return this.#waiting.size <= this.#backlog;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  arrived(socket: TcpSocket): void {
    this.#waiting.add(socket);
    this.onArrival();
  }

  forget(socket: TcpSocket): void {
    this.#waiting.delete(socket);
  }

  /** accept(2) */
  take(): TcpSocket | undefined {
    for (const socket of this.#waiting) {
      this.#waiting.delete(socket);
      return socket;
    }
    return undefined;
  }

  /** Those who wait are reset. */
  close(): void {
    for (const socket of [...this.#waiting]) socket.abort();
    this.#waiting.clear();
  }
}

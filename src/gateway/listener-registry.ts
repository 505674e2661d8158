// The data listeners that wait for a client now. A PORT that names one of them joins two sessions inside the gateway:
// third-party transfer through SSH, though neither server can reach the other (S16).
import type { PassiveEnd } from "../data-connection/passive-end.ts";
import type { HostPort } from "../protocol/host-port.ts";
import { sameHost } from "../protocol/ip-address.ts";

export interface WaitingListener {
  /** As told to the client in 227 or 229. */
  readonly address: HostPort;
  /** The client it waits for. */
  readonly client: string;
  readonly end: PassiveEnd;
}

export class ListenerRegistry {
  readonly #byPort: Map<number, WaitingListener> = new Map();

  add(listener: WaitingListener): void {
    this.#byPort.set(listener.address.port, listener);
  }

  remove(listener: WaitingListener): void {
    if (this.#byPort.get(listener.address.port) === listener) this.#byPort.delete(listener.address.port);
  }

  /** Only for the same client: nobody else may reach into a session. */
  find(address: HostPort, client: string): WaitingListener | undefined {
    const found = this.#byPort.get(address.port);
    const mine = found !== undefined && sameHost(found.client, client) && sameHost(found.address.host, address.host);
    return mine ? found : undefined;
  }
}

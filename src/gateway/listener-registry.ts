// The data listeners that wait for a client now. A PORT that names one of them joins two sessions inside the gateway:
// third-party transfer through SSH, though neither server can reach the other (S16).

import type { ClientIdentity } from "../admission/client-identity.ts";
import type { PassiveListener } from "../data-connection/passive-listener.ts";
import type { HostPort } from "../protocol/host-port.ts";
import { sameHost } from "../protocol/ip-address.ts";

export interface WaitingListener {
  /** As told to the client in 227 or 229. */
  readonly address: HostPort;
  /** Whom it waits for. */
  readonly client: ClientIdentity;
  /** Its session's data connections are inside TLS now. */
  readonly protects: () => boolean;
  readonly listener: PassiveListener;
}

export class ListenerRegistry {
  /** A port alone does not tell them apart: several addresses of this machine have the same ports. */
  readonly #waiting: Set<WaitingListener> = new Set();

  get size(): number {
    return this.#waiting.size;
  }

  add(listener: WaitingListener): void {
    this.#waiting.add(listener);
  }

  remove(listener: WaitingListener): void {
    this.#waiting.delete(listener);
  }

  /** Somebody's data listener of this gateway, told at this address or at another one (`isHere`) of this machine. */
  has(address: HostPort, isHere: (host: string) => boolean): boolean {
    return [...this.#waiting].some(
      ({ address: { host, port } }) => port === address.port && (sameHost(host, address.host) || isHere(address.host)),
    );
  }

  /** Only for the same client: nobody else may reach into a session. The users are compared when they are joined. */
  find(address: HostPort, client: ClientIdentity): WaitingListener | undefined {
    for (const waiting of this.#waiting) {
      if (waiting.address.port !== address.port || !sameHost(waiting.address.host, address.host)) continue;
      if (waiting.client.isNear(client)) return waiting;
    }
    return undefined;
  }
}

// Which ports of a host are taken, and by what: the rules of bind, listen and connect on Linux (inet_csk_bind_conflict,
// __inet_hash_connect).
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { PortRange } from "../../platform/network.ts";
import type { Random } from "../../platform/random.ts";
import { ipFamily, isUnspecified } from "../../protocol/ip-address.ts";
import { systemFault } from "./system-rules.ts";
import type { TcpState } from "./tcp-machine.ts";

/** Whatever holds a port. */
interface PortHolder {
  readonly local: Endpoint;
  readonly reuse: boolean;
  readonly isBound: boolean;
  readonly state: TcpState;
}

export interface ConnectionHolder extends PortHolder {
  readonly remote: Endpoint;
}

export interface ListenerHolder extends PortHolder {
  readonly remote: undefined;
}

export const pairKey = (local: Endpoint, remote: Endpoint): string =>
  `${formatEndpoint(local)} ${formatEndpoint(remote)}`;

/** `::` is every address of both families, `0.0.0.0` every IPv4 address. */
const covers = (wide: string, host: string): boolean =>
  wide === host || wide === "::" || (isUnspecified(wide) && ipFamily(host) === 4);

export const overlap = (a: string, b: string): boolean => covers(a, b) || covers(b, a);

export class PortTable<Connected extends ConnectionHolder, Listening extends ListenerHolder> {
  readonly #byPort: Map<number, Set<Connected | Listening>> = new Map();
  readonly #pairs: Map<string, Connected> = new Map();
  readonly #ephemeral: PortRange;
  readonly #random: Random;

  constructor(ephemeral: PortRange, random: Random) {
    this.#ephemeral = ephemeral;
    this.#random = random;
  }

  /** In the order of their ports, then of their making. */
  *all(): Generator<Connected | Listening> {
    for (const port of [...this.#byPort.keys()].sort((a, b) => a - b)) yield* this.at(port);
  }

  at(port: number): Iterable<Connected | Listening> {
    return this.#byPort.get(port) ?? [];
  }

  connection(local: Endpoint, remote: Endpoint): Connected | undefined {
    return this.#pairs.get(pairKey(local, remote));
  }

  /** The listener that is meant; one on this very address before one on every address. */
  listener({ host, port }: Endpoint): Listening | undefined {
    const isMeant = (one: Connected | Listening): one is Listening =>
      one.remote === undefined && covers(one.local.host, host);
    const fitting = [...this.at(port)].filter(isMeant);
    return fitting.find((one) => one.local.host === host) ?? fitting[0];
  }

  addListener(listener: Listening): void {
    this.#add(listener);
  }

  addConnection(connection: Connected): void {
    this.#add(connection);
    this.#pairs.set(pairKey(connection.local, connection.remote), connection);
  }

  remove(holder: Connected | Listening): void {
    const { local, remote } = holder;
    const atPort = this.#byPort.get(local.port);
    atPort?.delete(holder);
    if (atPort?.size === 0) this.#byPort.delete(local.port);
    if (remote === undefined) return;
    const key = pairKey(local, remote);
    if (this.#pairs.get(key) === holder) this.#pairs.delete(key);
  }

  /**
   * bind(2): the port, or a free one for 0. Another holder of the port is in the way unless both have SO_REUSEADDR and it
   * does not listen. Throws EADDRINUSE.
   */
  bind({ host, port }: Endpoint, reuse: boolean): number {
    if (port === 0) {
      const free = this.#choose((candidate) => !this.#isTaken({ host, port: candidate }, false));
      if (free === undefined) throw systemFault("EADDRINUSE");
      return free;
    }
    if (this.#isTaken({ host, port }, reuse)) throw systemFault("EADDRINUSE");
    return port;
  }

  /** The port of a connection that did not choose: others may use it towards somebody else. Throws EADDRNOTAVAIL. */
  portTowards(host: string, remote: Endpoint): number {
    const port = this.#choose((candidate) => {
      if (this.connection({ host, port: candidate }, remote) !== undefined) return false;
      return ![...this.at(candidate)].some((one) => one.isBound);
    });
    if (port === undefined) throw systemFault("EADDRNOTAVAIL");
    return port;
  }

  #add(holder: Connected | Listening): void {
    const { port } = holder.local;
    const atPort = this.#byPort.get(port) ?? new Set();
    this.#byPort.set(port, atPort.add(holder));
  }

  #isTaken({ host, port }: Endpoint, reuse: boolean): boolean {
    for (const one of this.at(port)) {
      const shares = reuse && one.reuse && one.state !== "LISTEN";
      if (!shares && overlap(one.local.host, host)) return true;
    }
    return false;
  }

  #choose(fits: (port: number) => boolean): number | undefined {
    const { first, last } = this.#ephemeral;
    const count = last - first + 1;
    const start = this.#random.below(count);
    for (let step = 0; step < count; step += 1) {
      const port = first + ((start + step) % count);
      if (fits(port)) return port;
    }
    return undefined;
  }
}

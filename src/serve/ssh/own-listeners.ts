// Which ports of this machine are the FTP server's own: the control ports, and the data ports while they wait for a connection.
import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import type { Endpoint } from "../../platform/endpoint.ts";
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../../platform/network.ts";
import { ipFamily, isLoopback, isUnspecified, plainHost, sameHost } from "../../protocol/ip-address.ts";
import { limits } from "../../protocol/limits.ts";

/** A network that knows what is listened on in it. */
export class OwnListeners implements Network {
  readonly name: string;
  readonly #network: Network;
  readonly #open: Set<Endpoint> = new Set();

  constructor(network: Network) {
    this.name = network.name;
    this.#network = network;
  }

  connect(options: ConnectOptions): Promise<Connection> {
    return this.#network.connect(options);
  }

  listen(options: ListenOptions): Promise<Listener> {
    return this.#network.listen(options).then((listener) => new OwnListener(listener, this.#open));
  }

  /** Something of ours listens on the port, at whatever address. */
  hasPort(port: number): boolean {
    return [...this.#open].some((own) => own.port === port);
  }

  /** The listener of ours at which a connection to one of these addresses would arrive. */
  at(addresses: readonly string[], port: number): Endpoint | undefined {
    return [...this.#open].find((own) => own.port === port && addresses.some((address) => arrives(address, own.host)));
  }
}

class OwnListener implements Listener {
  readonly endpoint: Endpoint;
  readonly #listener: Listener;
  readonly #open: Set<Endpoint>;

  /** Is in `open` until it is disposed of. */
  constructor(listener: Listener, open: Set<Endpoint>) {
    this.endpoint = listener.endpoint;
    this.#listener = listener;
    this.#open = open;
    open.add(this.endpoint);
  }

  accept(options: { readonly signal?: AbortSignal }): Promise<Connection> {
    return this.#listener.accept(options);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    this.#open.delete(this.endpoint);
    return this.#listener[Symbol.asyncDispose]();
  }
}

/**
 * One machine on which the FTP server listens, and SSH clients by tcpip-forward. The FTP server is given no free port on which
 * a client listens at another address: who connects to `localhost` could end up there.
 */
export function shareMachine(network: Network): { readonly own: OwnListeners; readonly clients: OwnListeners } {
  const clients = new OwnListeners(network);
  return { own: new OwnListeners(avoidingPorts(network, (port) => clients.hasPort(port))), clients };
}

/** The same network, in which "any free port" is none of those. */
export function avoidingPorts(network: Network, isTaken: (port: number) => boolean): Network {
  const isFit = (listener: Listener): boolean => !isTaken(listener.endpoint.port);
  const listen = (options: ListenOptions): Promise<Listener> =>
    options.ports.first !== 0
      ? network.listen(options)
      : network.listen(options).then((first) => (isFit(first) ? first : listenAgain(network, options, first, isFit)));
  return { name: network.name, connect: (options) => network.connect(options), listen };
}

async function listenAgain(
  network: Network,
  options: ListenOptions,
  unfit: Listener,
  isFit: (listener: Listener) => boolean,
): Promise<Listener> {
  const refused = [unfit]; // kept until another one is found, so that the system gives another one
  try {
    for (;;) {
      const listener = await network.listen(options);
      if (isFit(listener) || refused.length === limits.sshServerPortDrawsMax) return listener;
      refused.push(listener);
    }
  } finally {
    await Promise.all(refused.map((each) => each[Symbol.asyncDispose]()));
  }
}

/** Where a connection to this host would go. A name is asked for only if `isNameAllowed`; `localhost` needs no asking. */
export async function addressesOf(host: string, isNameAllowed: boolean): Promise<readonly string[]> {
  if (host === "" || host.toLowerCase() === "localhost") return ["127.0.0.1", "::1"];
  if (isUnspecified(host)) return [ipFamily(plainHost(host)) === 4 ? "127.0.0.1" : "::1"]; // as connect(2) has it
  if (ipFamily(host) !== undefined) return [host];
  return isNameAllowed ? (await lookup(host, { all: true })).map(({ address }) => address) : [];
}

/** A listener on every address has those of this machine. */
function arrives(address: string, own: string): boolean {
  if (sameHost(address, own)) return true;
  if (own !== "" && !isUnspecified(own)) return false;
  if (own === "0.0.0.0" && ipFamily(plainHost(address)) === 6) return false;
  const interfaces = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return isLoopback(address) || interfaces.some((each) => sameHost(each.address, address));
}

// One SSH client as a network, for services of this very process: they listen in it for the client's direct-tcpip, and
// connect to what the client listens on by tcpip-forward. None of it is a port of this machine, so nobody else gets there, and
// from it nothing else is reached.
import { AcceptQueue } from "../../../platform/accept-queue.ts";
import type { Clock } from "../../../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../../../platform/endpoint.ts";
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../../../platform/network.ts";
import { portsInRandomOrder } from "../../../platform/port-range.ts";
import type { Random } from "../../../platform/random.ts";
import { SallyportError } from "../../../protocol/error.ts";
import { isLoopback, sameHost } from "../../../protocol/ip-address.ts";
import { type Channel, channelConnection } from "../../channels/channel.ts";
import type { Ends } from "./remote-connections.ts";

export interface ClientNetworkParts {
  /** `host:port` of the client, for messages. */
  readonly client: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The client's listener at which a connection to `to` arrives, as the client spelled it. */
  readonly findForward: (to: Endpoint) => Endpoint | undefined;
  /** Opens a forwarded-tcpip channel for a connection from `from`. Throws `SSH_*`, or the signal's reason. */
  readonly openForwarded: (listener: Endpoint, from: Endpoint, signal: AbortSignal) => Promise<Channel>;
  /** Counts the connection in as long as it is open; `ends` are the SSH server's, as the client may ask for them. */
  readonly onConnection: (connection: Connection, ends: Ends) => void;
}

/** Dynamic ports of RFC 6335 section 6. */
const dynamicPorts = { first: 49_152, last: 65_535 } as const;

export class ClientNetwork implements Network {
  readonly name: string;
  readonly #parts: ClientNetworkParts;
  readonly #listeners: Map<number, { readonly endpoint: Endpoint; readonly queue: AcceptQueue }> = new Map();
  /** Ports at which the client's connections end: the default data ports of FTP sessions (RFC 959 section 3.2). */
  readonly #ends: Set<number> = new Set();

  constructor(parts: ClientNetworkParts) {
    this.name = `the SSH client ${parts.client}`;
    this.#parts = parts;
  }

  /** Throws `NET_REFUSED` where the client does not listen. */
  async connect({ host, port, localAddress, localPort, signal }: ConnectOptions): Promise<Connection> {
    const remote = { host, port };
    const listener = this.#parts.findForward(remote);
    if (listener === undefined) throw notForwarded(remote);
    const local = { host: localAddress ?? (host.includes(":") ? "::1" : "127.0.0.1"), port: localPort ?? this.#draw() };
    const channel = await this.#parts.openForwarded(listener, local, signal);
    return this.#connection(channel, { local, remote }, { local: remote, remote: local });
  }

  /** Whether a connection to it would arrive at the client. */
  listensOn(to: Endpoint): boolean {
    return this.#parts.findForward(to) !== undefined;
  }

  async listen({ host, ports, signal }: ListenOptions): Promise<Listener> {
    signal.throwIfAborted();
    const port = this.#freePort(ports);
    if (port === undefined) throw inUse(host, ports.first, ports.last);
    const endpoint = { host, port };
    const queue = new AcceptQueue();
    this.#listeners.set(port, { endpoint, queue });
    return {
      endpoint,
      accept: (how) => queue.accept(how.signal),
      [Symbol.asyncDispose]: () => {
        if (this.#listeners.get(port)?.queue === queue) this.#listeners.delete(port);
        return queue.dispose(() => formatEndpoint(endpoint));
      },
    };
  }

  /** Takes a channel to a listener of this network; undefined: there is none. */
  listenerAt(target: Endpoint): ((channel: Channel) => void) | undefined {
    const found = this.#listeners.get(target.port);
    if (found === undefined || !isReached(found.endpoint.host, target.host)) return undefined;
    return (channel) => found.queue.arrive(this.carry(channel, found.endpoint));
  }

  /** A channel that the client has opened as a connection that arrived at `local`. */
  carry(channel: Channel, local: Endpoint): Connection {
    const remote = { host: local.host.includes(":") ? "::1" : "127.0.0.1", port: this.#draw() };
    const connection = this.#connection(channel, { local, remote }, { local: remote, remote: local });
    this.#ends.add(remote.port);
    void connection.closed.then(() => this.#ends.delete(remote.port));
    return connection;
  }

  /** The port is the end of a connection of this client's: a listener there needs no port of this machine. */
  isOwnEnd(port: number): boolean {
    return this.#ends.has(port);
  }

  #connection(channel: Channel, { local, remote }: Ends, seen: Ends): Connection {
    const connection = channelConnection(channel, local, remote, this.#parts.clock);
    this.#parts.onConnection(connection, seen);
    return connection;
  }

  #draw(): number {
    return this.#freePort(dynamicPorts) ?? dynamicPorts.first;
  }

  #freePort(range: ListenOptions["ports"]): number | undefined {
    const ports = range.first === 0 ? dynamicPorts : range;
    for (const port of portsInRandomOrder(ports, this.#parts.random)) {
      if (!this.#ends.has(port) && !this.#listeners.has(port)) return port;
    }
    return undefined;
  }
}

/** `localhost` is the only name that is known here. */
function isReached(own: string, asked: string): boolean {
  return sameHost(own, asked) || (isLoopback(own) && asked.toLowerCase() === "localhost");
}

function notForwarded(to: Endpoint): SallyportError {
  const remote = formatEndpoint(to);
  return new SallyportError("NET_REFUSED", `your SSH connection does not listen on ${remote}`, {
    details: { phase: "connect", remote },
    hint: "Use passive mode, or have SSH forward that port to you (ssh -R).",
  });
}

function inUse(host: string, first: number, last: number): SallyportError {
  return new SallyportError("NET_ADDRESS_IN_USE", `every port from ${first} to ${last} is in use`, {
    details: { phase: "listen", local: formatEndpoint({ host, port: first }) },
  });
}

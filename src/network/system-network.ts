// This machine as a network.

import { type AddressInfo, connect, createServer, isIP, isIPv4, type Server, type TcpNetConnectOpts } from "node:net";
import { abortablePromise } from "../platform/abort.ts";
import { AcceptQueue } from "../platform/accept-queue.ts";
import type { Clock } from "../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../platform/network.ts";
import { listenOnOne } from "../platform/port-range.ts";
import type { Random } from "../platform/random.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { isSallyportError } from "../protocol/error.ts";
import { isUnspecified } from "../protocol/ip-address.ts";
import { limits } from "../protocol/limits.ts";
import { systemClock } from "./system-clock.ts";
import { systemConnection, systemEndpoint } from "./system-connection.ts";
import { translateSystemError } from "./system-error.ts";
import { type SystemPorts, systemPorts } from "./system-ports.ts";
import { systemRandom } from "./system-random.ts";

export class SystemNetwork implements Network {
  readonly name = "this machine";
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  connect(options: ConnectOptions): Promise<Connection> {
    return connectFromHere(options, this.#clock);
  }

  listen(options: ListenOptions): Promise<Listener> {
    return listenHere(options, this.#clock, this.#random);
  }
}

/** This machine, over node:net. Errors are `NET_*`, each with the system's name for it in `details.system`. */
export const systemNetwork: Network = new SystemNetwork(systemClock, systemRandom);

// connect(2) of this machine.
/** Where to connect from. Node forgets `localAddress` when it tries several families, so the address decides the family. */
function localEnd(options: ConnectOptions): Partial<TcpNetConnectOpts> {
  const { localAddress, localPort } = options;
  if (localAddress === undefined && localPort === undefined) return { autoSelectFamily: true };
  return {
    autoSelectFamily: false,
    family: localAddress === undefined ? 0 : isIP(localAddress),
    ...definedProps({ localAddress, localPort }),
  };
}

function connectFromHere(options: ConnectOptions, clock: Clock): Promise<Connection> {
  const { host, port, signal } = options;
  return abortablePromise(signal, (resolve, reject) => {
    // highWaterMark passes through to the stream; @types/node does not know it here.
    const socket = connect({ ...socketOptions, ...localEnd(options), host, port } as TcpNetConnectOpts, () =>
      resolve(systemConnection(socket, clock, { remote: addressedBy({ host, port }) })),
    );
    // Stays: whatever breaks once it is open is the connection's.
    socket.on("error", (error) => {
      const remote = formatEndpoint({ host, port });
      reject(translateSystemError(error, `could not connect to ${remote}`, { phase: "connect", remote }));
    });
    return () => {
      if (signal.aborted) socket.destroy();
    };
  });
}

/** One address that is at its end what it is called here; the system need not be asked, which takes as long as a write. */
function addressedBy(endpoint: Endpoint): Endpoint | undefined {
  return isIPv4(endpoint.host) && !isUnspecified(endpoint.host) && endpoint.port !== 0 ? endpoint : undefined;
}

// listen(2) of this machine: one port, any port, or one of a range.
function listenHere(options: ListenOptions, clock: Clock, random: Random): Promise<Listener> {
  return listenOnOne(options, random, (host, port, signal) =>
    bindAt(host, port, random, signal).then((bound) => new SystemListener(bound, clock)),
  );
}

function bindAt(host: string, port: number, random: Random, signal: AbortSignal): Promise<Bound> {
  if (host === "localhost") return bindLoopback(host, port, signal);
  return port === 0 ? bindAnywhere(host, random, signal) : bind(host, port, signal);
}

let anyPorts: { readonly known: SystemPorts | undefined } | undefined;

/**
 * Where any port will do, one of the system's is drawn. The kernel looks for one that nothing has been on lately, in half of them: where every small file
 * leaves a port in TIME-WAIT for a minute, that goes through thousands. (Elsewhere than on Linux, where none is drawn, a socket of one address
 * may get a port of which another program has all addresses.)
 */
async function bindAnywhere(host: string, random: Random, signal: AbortSignal): Promise<Bound> {
  anyPorts ??= { known: systemPorts() };
  const { known } = anyPorts;
  for (let draw = 1; known !== undefined && draw <= limits.dataPortDrawsMax; draw += 1) {
    try {
      return await bind(host, known.first + known.step * random.below(known.count), signal);
    } catch (error) {
      if (!isInUse(error)) throw error;
    }
  }
  return bind(host, 0, signal);
}

/** What listens, at one port. */
interface Bound {
  readonly endpoint: Endpoint;
  readonly servers: readonly Server[];
}

const isInUse = (error: unknown): boolean => isSallyportError(error) && error.code === "NET_ADDRESS_IN_USE";
const isMissing = (error: unknown): boolean => isSallyportError(error) && error.code === "NET_ADDRESS_UNAVAILABLE";

/**
 * `localhost` is both loopback addresses, at one port, as ssh has it; a machine without IPv6 has one. Unlike ssh, both or none: whoever
 * says `localhost` tries ::1 first, and somebody else who listens there would be given the password.
 */
async function bindLoopback(_host: string, port: number, signal: AbortSignal): Promise<Bound> {
  for (let draw = 1; ; draw += 1) {
    const first = await bind("127.0.0.1", port, signal);
    const { endpoint, servers } = first;
    try {
      return { endpoint, servers: [...servers, ...(await bind("::1", endpoint.port, signal)).servers] };
    } catch (error) {
      if (isMissing(error)) return first;
      for (const server of servers) server.close();
      if (port !== 0 || !isInUse(error) || draw === limits.loopbackPortDrawsMax) throw error;
    }
  }
}

function bind(host: string, port: number, signal: AbortSignal): Promise<Bound> {
  return abortablePromise(signal, (resolve, reject) => {
    const server = createServer(socketOptions);
    // Stays, for failures of accept(2), such as EMFILE, come here too: the listener remains, the next one may succeed.
    server.on("error", (error) => {
      const local = formatEndpoint({ host: host || "*", port });
      reject(translateSystemError(error, `could not listen on ${local}`, { phase: "listen", local }));
    });
    const backlog = limits.pendingConnectionsMax;
    server.listen(host === "" ? { port, backlog } : { port, backlog, host }, () =>
      resolve({ endpoint: addressedBy({ host, port }) ?? endpointOf(server), servers: [server] }),
    );
    return () => {
      if (signal.aborted) server.close();
    };
  });
}

function endpointOf(server: Server): Endpoint {
  const { address, port } = server.address() as AddressInfo;
  return systemEndpoint(address, port);
}

// A listening socket of this machine, or one for each loopback address.
class SystemListener implements Listener {
  /** Of the first. */
  readonly endpoint: Endpoint;
  readonly #servers: readonly Server[];
  readonly #queue: AcceptQueue = new AcceptQueue();
  #closing: Promise<void> | undefined;

  constructor({ endpoint, servers }: Bound, clock: Clock) {
    this.#servers = servers;
    this.endpoint = endpoint;
    const known = { local: servers.length === 1 ? addressedBy(endpoint) : undefined };
    for (const server of servers) {
      server.on("connection", (socket) => this.#queue.arrive(systemConnection(socket, clock, known)));
    }
  }

  accept(options: { readonly signal?: AbortSignal }): Promise<Connection> {
    return this.#queue.accept(options.signal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #close(): Promise<void> {
    for (const server of this.#servers) server.close();
    return this.#queue.dispose(formatEndpoint(this.endpoint));
  }
}

// Options of every socket, made or accepted.
/** Names as in net.createServer and net.connect. */
interface SocketOptions {
  /** FTP marks the end of a file by closing one direction. */
  readonly allowHalfOpen: true;
  /** A relay passes on what it gets at once. */
  readonly noDelay: true;
  /** A peer that vanished without a word is noticed. */
  readonly keepAlive: true;
  readonly keepAliveInitialDelay: number;
  /** Node's default differs between versions: 16 KiB on 20, 64 KiB from 22. */
  readonly highWaterMark: number;
}

const socketOptions: SocketOptions = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: limits.keepAliveDelayMs,
  highWaterMark: limits.streamBufferBytes,
};

// This machine as a network.

import { type AddressInfo, connect, createServer, isIP, isIPv4, type Server, type TcpNetConnectOpts } from "node:net";
import { onAbort } from "../platform/abort.ts";
import { AcceptQueue } from "../platform/accept-queue.ts";
import type { Clock } from "../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../platform/network.ts";
import { listenOnOne } from "../platform/port-range.ts";
import type { Random } from "../platform/random.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { isSallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { systemClock } from "./system-clock.ts";
import { type KnownEnds, systemConnection, systemEndpoint } from "./system-connection.ts";
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
    return listenOnOne(options, this.#random, this.#bind);
  }

  readonly #bind = (host: string, port: number, signal: AbortSignal): Promise<Listener> => {
    const ports = (): Iterator<number> => (port === 0 ? drawnPorts(this.#random) : [port].values());
    if (host !== "localhost") return bind(host, ports(), this.#clock, signal);
    return bindLoopback(ports, port === 0 ? limits.loopbackPortDrawsMax : 1, this.#clock, signal);
  };
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
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stopListening = onAbort(signal, () => {
      socket.destroy();
      reject(signal.reason);
    });
    // highWaterMark passes through to the stream; @types/node does not know it here.
    const socket = connect({ ...socketOptions, ...localEnd(options), host, port } as TcpNetConnectOpts, () => {
      stopListening();
      resolve(systemConnection(socket, clock, { remote: isOneAddress(host) ? { host, port } : undefined }));
    });
    // Stays: whatever breaks once it is open is the connection's.
    socket.on("error", (error) => {
      stopListening();
      const remote = formatEndpoint({ host, port });
      reject(translateSystemError(error, `could not connect to ${remote}`, { phase: "connect", remote }));
    });
  });
}

/** It is called at its end what it is called here: the system need not be asked, which takes as long as a write. */
const isOneAddress = (host: string): boolean => isIPv4(host) && host !== "0.0.0.0";

// listen(2) of this machine: one port, any port, or one of a range.
let anyPorts: { readonly known: SystemPorts | undefined } | undefined;

/**
 * Where any port will do, one of the system's is drawn. The kernel looks for one that nothing has been on lately, in half of them: where every small file
 * leaves a port in TIME-WAIT for a minute, that goes through thousands. Behind a few that are taken it chooses all the same. (Elsewhere than on Linux,
 * where none is drawn, a socket of one address may get a port of which another program has all addresses.)
 */
function* drawnPorts(random: Random): Generator<number> {
  anyPorts ??= { known: systemPorts() };
  const { known } = anyPorts;
  for (let draw = 1; known !== undefined && draw <= limits.dataPortDrawsMax; draw += 1)
    yield known.first + known.step * random.below(known.count);
  yield 0;
}

const isInUse = (error: unknown): boolean => isSallyportError(error) && error.code === "NET_ADDRESS_IN_USE";
const isMissing = (error: unknown): boolean => isSallyportError(error) && error.code === "NET_ADDRESS_UNAVAILABLE";

/**
 * `localhost` is both loopback addresses, at one port, as ssh has it; a machine without IPv6 has one. Unlike ssh, both or none: whoever
 * says `localhost` tries ::1 first, and somebody else who listens there would be given the password.
 */
async function bindLoopback(
  ports: () => Iterator<number>,
  drawsMax: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<Listener> {
  for (let draw = 1; ; draw += 1) {
    const first = await bind("127.0.0.1", ports(), clock, signal);
    try {
      first.join(await bind("::1", [first.endpoint.port].values(), clock, signal));
      return first;
    } catch (error) {
      if (isMissing(error)) return first;
      await first[Symbol.asyncDispose]();
      if (!isInUse(error) || draw === drawsMax) throw error;
    }
  }
}

/** At the first of the ports that is free. */
function bind(host: string, ports: Iterator<number>, clock: Clock, signal: AbortSignal): Promise<SystemListener> {
  return new Promise((resolve, reject) => {
    const isKnown = isOneAddress(host);
    const server = createServer(socketOptions);
    let port = 0;
    const listenAt = (next: number): void => {
      const backlog = limits.pendingConnectionsMax;
      port = next;
      server.listen(host === "" ? { port, backlog } : { port, backlog, host });
    };
    const giveUp = (): void => {
      server.close();
      reject(signal.reason);
    };
    // A name's address may be long in coming; else nothing has to be waited for.
    const stopListening = isKnown ? undefined : onAbort(signal, giveUp);
    // Stays, for failures of accept(2), such as EMFILE, come here too: the listener remains, the next one may succeed.
    server.on("error", (error: NodeJS.ErrnoException) => {
      const next: number | undefined = error.code === "EADDRINUSE" ? ports.next().value : undefined;
      if (next !== undefined) return listenAt(next);
      stopListening?.();
      const local = formatEndpoint({ host: host || "*", port });
      return reject(translateSystemError(error, `could not listen on ${local}`, { phase: "listen", local }));
    });
    server.on("listening", () => {
      stopListening?.();
      if (signal.aborted) return giveUp();
      const endpoint = isKnown && port !== 0 ? { host, port } : endpointOf(server);
      return resolve(new SystemListener(server, endpoint, isKnown ? { local: endpoint } : {}, clock));
    });
    listenAt(ports.next().value);
  });
}

// A listening socket of this machine, or one for each loopback address.
class SystemListener implements Listener {
  /** Of the first. */
  readonly endpoint: Endpoint;
  readonly #servers: Server[];
  #queue: AcceptQueue = new AcceptQueue();
  #closing: Promise<void> | undefined;

  constructor(server: Server, endpoint: Endpoint, known: KnownEnds, clock: Clock) {
    this.endpoint = endpoint;
    this.#servers = [server];
    server.on("connection", (socket) => this.#queue.arrive(systemConnection(socket, clock, known)));
  }

  /** What arrives at the other one arrives here. */
  join(other: SystemListener): void {
    this.#servers.push(...other.#servers);
    other.#queue = this.#queue;
  }

  accept(options: { readonly signal?: AbortSignal }): Promise<Connection> {
    return this.#queue.accept(options.signal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers.splice(0)) server.close();
    this.#closing ??= this.#queue.dispose(() => formatEndpoint(this.endpoint));
    return this.#closing;
  }
}

function endpointOf(server: Server): Endpoint {
  const { address, port } = server.address() as AddressInfo;
  return systemEndpoint(address, port);
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

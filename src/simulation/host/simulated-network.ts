// A simulated host as a Network: what node:net and the system do for a program on a real one.

import { translateSystemError } from "../../network/system-error.ts";
import { abortablePromise } from "../../platform/abort.ts";
import { AcceptQueue } from "../../platform/accept-queue.ts";
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../../platform/network.ts";
import { listenOnOne } from "../../platform/port-range.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import type { ErrorDetails } from "../../protocol/error.ts";
import { ipFamily } from "../../protocol/ip-address.ts";
import { limits } from "../../protocol/limits.ts";
import type { Simulation } from "../simulation.ts";
import type { Kernel } from "./kernel.ts";
import { faultCode, systemFault } from "./system-rules.ts";
import { type ListeningSocket, makeConnection, type TcpSocket } from "./tcp-socket.ts";

/** How a program uses its system. The defaults are those of Node. */
export interface ProgramOptions {
  /** SO_REUSEADDR on every socket that is bound. Default true. */
  readonly reuse?: boolean;
  /** May bind ports below 1024. Default true. */
  readonly isRoot?: boolean;
  /** Connections are taken from the system at once, not when somebody accepts. Default true. */
  readonly acceptsAtOnce?: boolean;
  /** Connections that the system keeps for it. Default `pendingConnectionsMax`. */
  readonly backlog?: number;
}

const privilegedPorts = 1024;

/** What a network asks of the host that it is the network of. */
interface NetworkHost {
  readonly name: string;
  readonly simulation: Simulation;
  readonly kernel: Kernel;
  /** The address of a name or address. */
  resolve(host: string): string;
  /** The address that a connection to `remote` comes from. */
  sourceFor(remote: Endpoint, localAddress?: string): string;
  /** Where a program listens that names `host`. */
  bindAddress(host: string): string;
}

export class SimulatedNetwork implements Network {
  readonly name: string;
  readonly #host: NetworkHost;
  readonly #program: Required<ProgramOptions>;

  constructor(host: NetworkHost, options: ProgramOptions) {
    this.name = host.name;
    this.#host = host;
    this.#program = {
      reuse: true,
      isRoot: true,
      acceptsAtOnce: true,
      backlog: limits.pendingConnectionsMax,
      ...options,
    };
  }

  async connect(options: ConnectOptions): Promise<Connection> {
    const { host, port, signal } = options;
    const target = formatEndpoint({ host, port });
    signal.throwIfAborted();
    await this.#host.simulation.turn();
    signal.throwIfAborted();
    const socket = await this.#attempt(
      () => this.#connected(options),
      `could not connect to ${target}`,
      { phase: "connect", remote: target },
      signal,
      options,
    );
    return makeConnection(socket, this.#host.simulation);
  }

  listen(options: ListenOptions): Promise<Listener> {
    return listenOnOne(options, this.#host.simulation.random, async (host, port, signal) => {
      const local = formatEndpoint({ host: host || "*", port });
      await this.#host.simulation.turn();
      signal.throwIfAborted();
      return this.#attempt(
        async () => this.#listener(host, port),
        `could not listen on ${local}`,
        { phase: "listen", local },
        signal,
      );
    });
  }

  #listener(host: string, port: number): Listener {
    const { reuse, backlog, acceptsAtOnce } = this.#program;
    const address = this.#host.bindAddress(host);
    this.#mayBind(port);
    const socket = this.#host.kernel.listen({ host: address, port }, reuse, backlog);
    return new SimulatedListener(socket, this.#host, acceptsAtOnce);
  }

  async #connected({ host, port, localAddress, localPort, signal }: ConnectOptions): Promise<TcpSocket> {
    const remote = { host: this.#host.resolve(host), port };
    const source = this.#host.sourceFor(remote, localAddress);
    const isBound = localAddress !== undefined || localPort !== undefined;
    this.#mayBind(localPort ?? 0);
    const { kernel, simulation } = this.#host;
    const { reuse } = this.#program;
    const sourcePort = isBound ? (localPort ?? 0) : undefined;
    const everyAddress = ipFamily(remote.host) === 6 ? "::" : "0.0.0.0";
    const bindAddress = localAddress ?? everyAddress;
    return abortablePromise(signal, (resolve, reject) => {
      const socket = kernel.connect({ source, bindAddress, sourcePort, remote, reuse });
      socket.events = {
        connected: () => {
          simulation.touch();
          resolve(socket);
        },
        failed: (system) => {
          simulation.touch();
          reject(systemFault(system));
        },
        readable: () => {},
        writable: () => {},
      };
      return () => {
        if (signal.aborted) socket.abort();
      };
    });
  }

  #mayBind(port: number): void {
    if (port > 0 && port < privilegedPorts && !this.#program.isRoot) throw systemFault("EACCES");
  }

  async #attempt<T>(
    work: () => Promise<T>,
    subject: string,
    details: ErrorDetails,
    signal: AbortSignal,
    connect?: ConnectOptions,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const system = faultCode(error);
      if (signal.aborted || system === undefined) throw error;
      const call = `${details.phase ?? ""} ${details.remote ?? details.local ?? ""}`;
      this.#host.simulation.report({
        type: "failed",
        node: this.#host.name,
        call,
        system,
        ...definedProps({ connect }),
      });
      throw translateSystemError(error, subject, details);
    }
  }
}

// A listener of a simulated host.
class SimulatedListener implements Listener {
  readonly endpoint: Endpoint;
  readonly #socket: ListeningSocket;
  readonly #host: NetworkHost;
  readonly #queue: AcceptQueue = new AcceptQueue();
  /** Calls of `accept` that wait, for a program that does not take connections before. */
  #wanted: number;

  constructor(socket: ListeningSocket, host: NetworkHost, acceptsAtOnce: boolean) {
    this.endpoint = socket.local;
    this.#socket = socket;
    this.#host = host;
    this.#wanted = acceptsAtOnce ? Number.POSITIVE_INFINITY : 0;
    socket.onArrival = () => this.#take();
  }

  async accept(options: { readonly signal?: AbortSignal }): Promise<Connection> {
    this.#wanted += 1;
    this.#take();
    try {
      return await this.#queue.accept(options.signal);
    } catch (error) {
      this.#wanted = Math.max(0, this.#wanted - 1);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#host.kernel.closeListener(this.#socket);
    await this.#queue.dispose(() => formatEndpoint(this.endpoint));
  }

  #take(): void {
    while (this.#wanted > 0) {
      const socket = this.#socket.take();
      if (socket === undefined) return;
      this.#wanted -= 1;
      this.#host.simulation.touch();
      this.#queue.arrive(makeConnection(socket, this.#host.simulation));
    }
  }
}

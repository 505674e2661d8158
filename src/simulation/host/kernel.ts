// The TCP of one host: its sockets, its ports, and how it answers segments that belong to none.
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import { lengthOf, noBytes, type Packet, type Segment, type Unreachable } from "../links/packet.ts";
import type { Simulation } from "../simulation.ts";
import { PortTable } from "./port-table.ts";
import { type SystemRules, systemFault } from "./system-rules.ts";
import { ListeningSocket, TcpSocket } from "./tcp-socket.ts";

interface KernelParts {
  readonly simulation: Simulation;
  readonly rules: SystemRules;
  readonly transmit: (packet: Packet) => void;
  /** Bytes in one segment between these two. */
  readonly segmentBytesMax: (remote: string) => number;
}

interface ConnectRequest {
  readonly source: string;
  /** The argument of bind, where the program calls it: an address or every address. */
  readonly bindAddress: string;
  /** `undefined`: the system chooses while connecting. */
  readonly sourcePort: number | undefined;
  readonly remote: Endpoint;
  readonly reuse: boolean;
}

const unreachableCodes: Readonly<Record<Unreachable["reason"], string>> = {
  host: "EHOSTUNREACH",
  network: "ENETUNREACH",
  port: "ECONNREFUSED",
};

export class Kernel {
  readonly table: PortTable<TcpSocket, ListeningSocket>;
  readonly #parts: KernelParts;
  #lastSequence = 0;

  constructor(parts: KernelParts) {
    this.#parts = parts;
    this.table = new PortTable(parts.rules.ephemeralPorts, parts.simulation.random);
  }

  /** socket, bind and listen(2). Throws EADDRINUSE. */
  listen(local: Endpoint, reuse: boolean, backlog: number): ListeningSocket {
    const port = this.table.bind(local, reuse);
    const listener = new ListeningSocket({ ...local, port }, reuse, backlog);
    this.table.addListener(listener);
    return listener;
  }

  closeListener(listener: ListeningSocket): void {
    this.table.remove(listener);
    listener.close();
  }

  /** socket, bind and connect(2). Throws EADDRINUSE of bind, EADDRNOTAVAIL of connect. */
  connect({ source, bindAddress, sourcePort, remote, reuse }: ConnectRequest): TcpSocket {
    const isBound = sourcePort !== undefined;
    const port = isBound
      ? this.table.bind({ host: bindAddress, port: sourcePort }, reuse)
      : this.table.portTowards(source, remote);
    const local = { host: source, port };
    const older = this.table.connection(local, remote);
    if (older !== undefined) {
      if (older.state !== "TIME_WAIT" || !this.#parts.rules.timestamps) throw systemFault("EADDRNOTAVAIL");
      older.forget();
    }
    const socket = this.#socket({ local, remote, reuse: isBound && reuse, isBound });
    socket.open();
    return socket;
  }

  receive(packet: Packet): void {
    if (packet.kind === "unreachable") {
      const { source, destination } = packet.about;
      const socket = this.table.connection(source, destination);
      socket?.unreachable(unreachableCodes[packet.reason]);
      return;
    }
    const opens = packet.syn && !packet.ack;
    const socket = this.table.connection(packet.destination, packet.source);
    const listener = opens ? this.table.listener(packet.destination) : undefined;
    const isWaiting = socket?.state === "TIME_WAIT" && listener !== undefined;
    if (socket !== undefined && !isWaiting) socket.receive(packet);
    else if (listener !== undefined) {
      // Whoever begins again has a higher sequence number, and TIME_WAIT gives way (RFC 9293 section 3.6.1).
      socket?.forget();
      this.#answer(packet, listener);
    } else this.#refuse(packet);
  }

  #answer(syn: Segment, listener: ListeningSocket): void {
    if (!listener.hasRoom) {
      this.#report(syn, "the listener's backlog is full");
      return;
    }
    const ends = { local: syn.destination, remote: syn.source };
    this.#socket({ ...ends, reuse: listener.reuse, isBound: true }, listener).open(syn);
  }

  /** RFC 9293 section 3.10.7.1. */
  #refuse(segment: Segment): void {
    if (segment.rst) return;
    this.#parts.transmit({
      kind: "tcp",
      source: segment.destination,
      destination: segment.source,
      syn: false,
      ack: !segment.ack,
      fin: false,
      rst: true,
      sequence: segment.ack ? segment.acknowledgement : 0,
      acknowledgement: segment.ack ? 0 : segment.sequence + lengthOf(segment),
      window: 0,
      payload: noBytes,
    });
  }

  #socket(
    parts: { local: Endpoint; remote: Endpoint; reuse: boolean; isBound: boolean },
    listener?: ListeningSocket,
  ): TcpSocket {
    const { simulation, rules, transmit, segmentBytesMax } = this.#parts;
    const socket: TcpSocket = new TcpSocket({
      ...parts,
      simulation,
      rules,
      transmit,
      segmentBytesMax: segmentBytesMax(parts.remote.host),
      sequence: this.#newSequence(),
      hasRoom: () => listener?.hasRoom ?? true,
      arrived: () => listener?.arrived(socket),
      gone: () => {
        listener?.forget(socket);
        this.table.remove(socket);
      },
    });
    this.table.addConnection(socket);
    return socket;
  }

  /** Higher for each connection, so that a new one can be known from an old one. */
  #newSequence(): number {
    this.#lastSequence += 100_000 + this.#parts.simulation.random.below(900_000);
    return this.#lastSequence;
  }

  #report(packet: Segment, reason: string): void {
    this.#parts.simulation.report({ type: "dropped", node: "", reason, packet });
  }
}

// What `netstat -tan` would print on a host.
export interface NetstatRow {
  readonly local: string;
  /** `*:*` for a listener. */
  readonly remote: string;
  readonly state: string;
  /** Bytes that the program did not read; connections that it did not accept. */
  readonly unread: number;
}

/** In the order of the local ports. */
export function netstatOf(kernel: Kernel): readonly NetstatRow[] {
  return Array.from(kernel.table.all(), (socket) => ({
    local: formatEndpoint(socket.local),
    remote: socket.remote === undefined ? "*:*" : formatEndpoint(socket.remote),
    state: socket.state,
    unread: socket.remote === undefined ? socket.waiting : socket.unread,
  }));
}

// A socket: a connection as a program has it.

import { Duplex } from "node:stream";
import { translateSystemError } from "../../network/system-error.ts";
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { Connection } from "../../platform/network.ts";
import { StreamConnection } from "../../platform/stream-connection.ts";
import type { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { Segment } from "../links/packet.ts";
import type { Simulation } from "../simulation.ts";
import type { ConnectionHolder, ListenerHolder } from "./port-table.ts";
import { systemFault } from "./system-rules.ts";
import { afterOwnEnd, type MachineParts, type SocketEvents, TcpMachine, type TcpState } from "./tcp-machine.ts";

interface SocketParts extends MachineParts {
  /** SO_REUSEADDR */
  readonly reuse: boolean;
  /** A program asked for this port; the system did not choose it while connecting. */
  readonly isBound: boolean;
}

export class TcpSocket implements ConnectionHolder {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly reuse: boolean;
  readonly isBound: boolean;
  readonly #machine: TcpMachine;
  readonly #parts: SocketParts;

  constructor(parts: SocketParts) {
    this.#parts = parts;
    this.local = parts.local;
    this.remote = parts.remote;
    this.reuse = parts.reuse;
    this.isBound = parts.isBound;
    this.#machine = new TcpMachine(parts);
  }

  get state(): TcpState {
    return this.#machine.state;
  }

  /** A program holds it. */
  get isOpen(): boolean {
    return this.#machine.isOpen;
  }

  get unread(): number {
    return this.#machine.receiver.unread;
  }

  /** All that the peer sent has been read, and its end has come. */
  get isAtEnd(): boolean {
    return this.#machine.receiver.isEnded && this.unread === 0;
  }

  set events(events: SocketEvents | undefined) {
    this.#machine.events = events;
  }

  /** Begins: with a SYN, or with the answer to that of the peer. */
  open(syn?: Segment): void {
    this.#machine.open(syn);
  }

  receive(segment: Segment): void {
    this.#machine.receive(segment);
  }

  /** The number of bytes that were taken; `writable` is called when it is worth to try again. */
  write(bytes: Uint8Array): number {
    return this.#machine.sender.write(bytes);
  }

  read(lengthMax: number): Uint8Array {
    const { receiver } = this.#machine;
    const before = receiver.window;
    const bytes = receiver.read(lengthMax);
    // The peer may be waiting for room, unless its end has come: it may be gone by now, and would answer with a reset.
    const half = this.#parts.rules.receiveBufferBytes / 2;
    if (before < half && receiver.window >= half && !receiver.isEnded && this.state !== "CLOSE") this.#machine.send({});
    return bytes;
  }

  /** shutdown(SHUT_WR): the end behind what was written. */
  end(): void {
    const next = afterOwnEnd[this.state];
    if (next === undefined) return;
    this.#machine.state = next;
    this.#machine.sender.end();
  }

  /** close(2): what was written is still sent; unread bytes make it a reset (RFC 2525 section 2.17). */
  close(): void {
    const machine = this.#machine;
    if (!machine.isOpen) return;
    machine.isOpen = false;
    machine.events = undefined;
    const { state } = machine;
    if (state === "SYN_SENT") machine.finish();
    else if (state === "SYN_RECV" || (this.unread > 0 && state !== "TIME_WAIT")) machine.break();
    else this.end();
    if (machine.state === "FIN_WAIT2") machine.waitThenFinish(this.#parts.rules.finWaitMs);
  }

  /** close(2) with SO_LINGER of zero: a reset, and nothing is left. */
  abort(): void {
    const machine = this.#machine;
    machine.isOpen = false;
    machine.events = undefined;
    if (machine.state === "SYN_SENT" || machine.state === "TIME_WAIT") machine.finish();
    else machine.break();
  }

  /** It could not be reached (ICMP); of interest only while connecting. */
  unreachable(system: string): void {
    if (this.state === "SYN_SENT") this.#machine.fail(system);
  }

  /** Makes room for the same connection again. */
  forget(): void {
    this.#machine.finish();
  }
}

// A listener as the system sees it: connections that are being made, and those that wait for accept(2).
export class ListeningSocket implements ListenerHolder {
  readonly local: Endpoint;
  readonly remote: undefined;
  readonly reuse: boolean;
  readonly isBound = true;
  readonly state = "LISTEN";
  readonly #backlog: number;
  readonly #waiting: Set<TcpSocket> = new Set();
  /** Called when a connection waits. */
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

// A socket of a simulated host as a stream: what node:net makes of one of the system's.
/** libuv reads so much at a time. */
const readBytes = 65_536;

interface PendingWrite {
  left: Uint8Array;
  readonly done: (error?: Error | null) => void;
}

class TcpStream extends Duplex {
  readonly #socket: TcpSocket;
  readonly #simulation: Simulation;
  readonly #ends: { readonly local: string; readonly remote: string };
  #isWanted = false;
  #pending: PendingWrite | undefined;
  #isEndRead = false;
  /** Broken, and nobody has noticed. */
  #fault: string | undefined;

  constructor(socket: TcpSocket, simulation: Simulation, ends: { readonly local: string; readonly remote: string }) {
    super({ allowHalfOpen: true, highWaterMark: limits.streamBufferBytes });
    this.#socket = socket;
    this.#simulation = simulation;
    this.#ends = ends;
    socket.events = {
      connected: () => {},
      readable: () => this.#pull(),
      writable: () => this.#push(),
      failed: (system) => this.#fail(system),
    };
    this.read(0); // a socket of node:net reads from the beginning, whether anybody asks or not
  }

  /** A reset. */
  breakOff(): void {
    this.#socket.abort();
    this.destroy();
  }

  override _read(): void {
    this.#isWanted = true;
    this.#pull();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#pending = { left: chunk, done };
    if (this.#fault === undefined) this.#push();
    else this.#fail(this.#fault);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#socket.close();
    pending?.done(error ?? this.#error("ERR_STREAM_DESTROYED", "write"));
    done(error);
  }

  /** libuv looks no more at a socket whose end it has read, until something is written. */
  #fail(system: string): void {
    this.#fault = system;
    if (this.#isEndRead && this.#pending === undefined) return;
    this.#simulation.touch();
    this.destroy(this.#error(system, this.#isEndRead ? "write" : "read"));
  }

  #pull(): void {
    while (this.#isWanted && !this.#isEndRead && !this.destroyed) {
      const bytes = this.#socket.read(readBytes);
      const isAtEnd = bytes.length === 0 && this.#socket.isAtEnd;
      if (bytes.length === 0 && !isAtEnd) return;
      this.#simulation.touch();
      this.#isEndRead = isAtEnd;
      this.#isWanted = this.push(isAtEnd ? null : bytes) && !isAtEnd;
    }
  }

  #push(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    const taken = this.#socket.write(pending.left);
    pending.left = pending.left.subarray(taken);
    if (pending.left.length > 0) return;
    this.#pending = undefined;
    this.#simulation.touch();
    pending.done();
  }

  #error(system: string, phase: string): SallyportError {
    return translateSystemError(systemFault(system), `connection with ${this.#ends.remote}`, { ...this.#ends, phase });
  }
}

// A socket of a simulated host as a Connection.
/** The socket is connected, and the stream's from now on. */
export function makeConnection(socket: TcpSocket, simulation: Simulation): Connection {
  const { local, remote } = socket;
  const stream = new TcpStream(socket, simulation, { local: formatEndpoint(local), remote: formatEndpoint(remote) });
  return new StreamConnection({ stream, local, remote, clock: simulation.clock, breakOff: () => stream.breakOff() });
}

// A socket: a connection as a program has it.
import type { Endpoint } from "../../platform/endpoint.ts";
import type { Segment } from "../links/packet.ts";
import type { MachineParts, SocketEvents } from "./machine-parts.ts";
import type { PortHolder } from "./port-table.ts";
import { TcpMachine } from "./tcp-machine.ts";
import { afterOwnEnd, type TcpState } from "./tcp-state.ts";

export interface SocketParts extends MachineParts {
  /** SO_REUSEADDR */
  readonly reuse: boolean;
  /** A program asked for this port; the system did not choose it while connecting. */
  readonly isBound: boolean;
}

export class TcpSocket implements PortHolder {
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

  /** The number of bytes that were taken; `writable` tells when it is worth to try again. */
  write(bytes: Uint8Array): number {
    return this.#machine.sender.write(bytes);
  }

  read(lengthMax: number): Uint8Array {
    const { receiver } = this.#machine;
    const before = receiver.window;
    const bytes = receiver.read(lengthMax);
    // The peer may be waiting for room.
    const half = this.#parts.rules.receiveBufferBytes / 2;
    if (before < half && receiver.window >= half && this.state !== "CLOSE") this.#machine.send({});
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

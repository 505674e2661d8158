// One connection between two systems: the states of RFC 9293 section 3.3.2, and what is done in each when a segment comes.
import type { Endpoint } from "../../platform/endpoint.ts";
import { lengthOf, noBytes, type Segment } from "../links/packet.ts";
import type { Simulation } from "../simulation.ts";
import type { SystemRules } from "./system-rules.ts";
import { Receiver, RetransmissionTimer, Sender } from "./tcp-flow.ts";

export type TcpState =
  | "LISTEN"
  | "SYN_SENT"
  | "SYN_RECV"
  | "ESTABLISHED"
  | "FIN_WAIT1"
  | "FIN_WAIT2"
  | "CLOSE_WAIT"
  | "CLOSING"
  | "LAST_ACK"
  | "TIME_WAIT"
  | "CLOSE";

type Ways = Partial<Record<TcpState, TcpState>>;

/** The program ended its direction. */
export const afterOwnEnd: Ways = { ESTABLISHED: "FIN_WAIT1", CLOSE_WAIT: "LAST_ACK" };
/** The peer has our end. */
const afterFinAcknowledged: Ways = { FIN_WAIT1: "FIN_WAIT2", CLOSING: "TIME_WAIT", LAST_ACK: "CLOSE" };
/** The peer's end came. */
const afterEnd: Ways = { ESTABLISHED: "CLOSE_WAIT", FIN_WAIT1: "CLOSING", FIN_WAIT2: "TIME_WAIT" };
/** The error that a program gets for a reset, where it is not ECONNRESET. */
const resetErrors: Partial<Record<TcpState, string>> = { CLOSE_WAIT: "EPIPE" };

// What a connection is made of, and whom it notifies.
/** What a socket notifies the program of that has it. */
export interface SocketEvents {
  connected(): void;
  /** The system's name of the error. */
  failed(system: string): void;
  readable(): void;
  writable(): void;
}

export interface MachineParts {
  readonly simulation: Simulation;
  readonly rules: SystemRules;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly segmentBytesMax: number;
  readonly sequence: number;
  readonly transmit: (segment: Segment) => void;
  /** One that came in has done its handshake: is there room for it? */
  readonly hasRoom: () => boolean;
  readonly arrived: () => void;
  /** Nothing of it is left. */
  readonly gone: () => void;
}

export class TcpMachine {
  state: TcpState = "CLOSE";
  events: SocketEvents | undefined;
  /** A program holds it. */
  isOpen = true;
  readonly sender: Sender;
  receiver: Receiver;
  readonly #parts: MachineParts;
  readonly #handshake: RetransmissionTimer;
  #cancelWait: (() => void) | undefined;

  constructor(parts: MachineParts) {
    this.#parts = parts;
    this.receiver = new Receiver(0, parts.rules.receiveBufferBytes);
    this.#handshake = new RetransmissionTimer(parts.simulation, () => this.#handshakeOverdue());
    this.sender = new Sender({
      simulation: parts.simulation,
      sequence: parts.sequence + 1,
      capacityBytes: parts.rules.sendBufferBytes,
      segmentBytesMax: parts.segmentBytesMax,
      send: (sequence, payload, fin) => this.send({ sequence, payload, fin }),
      retriesMax: () => (this.isOpen ? parts.rules.dataRetries : parts.rules.orphanRetries),
      giveUp: () => this.fail("ETIMEDOUT"),
    });
  }

  /** Begins: with a SYN, or with the answer to that of the peer. */
  open(syn?: Segment): void {
    this.state = syn === undefined ? "SYN_SENT" : "SYN_RECV";
    if (syn !== undefined) this.#receiveSyn(syn);
    this.#sendSyn();
    this.#handshake.start();
  }

  receive(segment: Segment): void {
    if (segment.rst) this.#receiveReset(segment);
    else if (this.state === "SYN_SENT") this.#receiveAnswer(segment);
    else if (segment.syn) this.#receiveSynAgain();
    else this.#receiveSegment(segment);
  }

  #receiveAnswer(segment: Segment): void {
    if (!segment.ack) return;
    if (segment.acknowledgement !== this.#parts.sequence + 1) {
      // The peer means a connection that we do not know any more (RFC 9293 section 3.5.1).
      this.send({ rst: true, ack: false, sequence: segment.acknowledgement });
      return;
    }
    if (!segment.syn) return;
    this.#receiveSyn(segment);
    this.#established(segment);
    this.send({});
    this.events?.connected();
  }

  #receiveSyn(segment: Segment): void {
    this.receiver = new Receiver(segment.sequence + 1, this.#parts.rules.receiveBufferBytes);
  }

  #established(segment: Segment): void {
    this.state = "ESTABLISHED";
    this.#handshake.stop();
    this.sender.acknowledged(segment.acknowledgement, segment.window, false);
  }

  /** Our answer was lost, or somebody else has begun again: the answer shows them (RFC 9293 section 3.10.7.4). */
  #receiveSynAgain(): void {
    if (this.state === "SYN_RECV") this.#sendSyn();
    else this.send({});
  }

  #receiveReset(segment: Segment): void {
    const { state } = this;
    if (state === "SYN_SENT") {
      if (segment.ack && segment.acknowledgement === this.#parts.sequence + 1) this.fail("ECONNREFUSED");
      return;
    }
    const { next, window } = this.receiver;
    if (segment.sequence >= next && segment.sequence <= next + window) this.fail(resetErrors[state] ?? "ECONNRESET");
  }

  #receiveSegment(segment: Segment): void {
    if (this.state === "SYN_RECV") {
      if (segment.acknowledgement !== this.#parts.sequence + 1 || !this.#parts.hasRoom()) return;
      this.#established(segment);
      this.#parts.arrived();
    }
    const isBare = lengthOf(segment) === 0;
    const isNew = this.sender.acknowledged(segment.acknowledgement, segment.window, isBare);
    if (this.sender.finAcknowledged) this.enter(afterFinAcknowledged[this.state]);
    if (this.state === "CLOSE") return;
    if (isBare) {
      if (segment.sequence < this.receiver.next) this.send({}); // a probe
    } else {
      this.#receiveBytes(segment);
    }
    if (isNew && this.sender.free > 0) this.events?.writable();
  }

  #receiveBytes(segment: Segment): void {
    // Nobody will ever read it, and the peer must learn that (RFC 9293 section 3.6.1).
    if (!this.isOpen && segment.payload.length > 0 && segment.sequence >= this.receiver.next) {
      this.break();
      return;
    }
    const isNew = this.receiver.take(segment.sequence, segment.payload, segment.fin);
    if (isNew && this.receiver.isEnded) this.enter(afterEnd[this.state]);
    this.send({});
    if (isNew) this.events?.readable();
  }

  /** A state that was reached; `undefined` where there is no way. */
  enter(state: TcpState | undefined): void {
    if (state === undefined) return;
    this.state = state;
    const { rules } = this.#parts;
    if (state === "CLOSE") this.finish();
    else if (state === "TIME_WAIT") this.waitThenFinish(rules.timeWaitMs);
    else if (state === "FIN_WAIT2" && !this.isOpen) this.waitThenFinish(rules.finWaitMs);
  }

  waitThenFinish(waitMs: number): void {
    this.#cancelWait?.();
    this.#cancelWait = this.#parts.simulation.schedule(waitMs, () => this.finish());
  }

  #handshakeOverdue(): void {
    const { synRetries, synAckRetries } = this.#parts.rules;
    if (this.#handshake.tries > (this.state === "SYN_SENT" ? synRetries : synAckRetries)) this.fail("ETIMEDOUT");
    else {
      this.#sendSyn();
      this.#handshake.start();
    }
  }

  /** With a reset, unless it is over. */
  break(): void {
    const isOver = this.state === "CLOSE" || this.state === "TIME_WAIT";
    if (!isOver) this.send({ rst: true });
    this.finish();
  }

  /** The program gets the system's name of an error. */
  fail(system: string): void {
    const { events } = this;
    this.events = undefined;
    this.finish();
    events?.failed(system);
  }

  /** Without a word. */
  finish(): void {
    this.state = "CLOSE";
    this.sender.stop();
    this.#handshake.stop();
    this.#cancelWait?.();
    this.#parts.gone();
  }

  #sendSyn(): void {
    const ack = this.state === "SYN_RECV";
    this.send({ syn: true, ack, sequence: this.#parts.sequence, ...(ack ? {} : { acknowledgement: 0 }) });
  }

  /** A segment; without more given, an acknowledgement. */
  send(what: Partial<Segment>): void {
    this.#parts.transmit({
      kind: "tcp",
      source: this.#parts.local,
      destination: this.#parts.remote,
      syn: false,
      ack: true,
      fin: false,
      rst: false,
      sequence: this.sender.highest,
      acknowledgement: this.receiver.next,
      window: this.receiver.window,
      payload: noBytes,
      ...what,
    });
  }
}

// The sending direction of a connection: what the program wrote, until the peer has acknowledged it. What is lost is sent
// again from there on (go-back-N); there is no congestion control.
import type { World } from "../world.ts";
import { ByteQueue } from "./byte-queue.ts";
import { RetransmissionTimer } from "./retransmission-timer.ts";

export interface SenderParts {
  readonly world: World;
  /** Of the first byte. */
  readonly sequence: number;
  readonly capacityBytes: number;
  /** Bytes in one segment. */
  readonly segmentBytesMax: number;
  readonly send: (sequence: number, payload: Uint8Array, fin: boolean) => void;
  /** Times that the same is sent again before the connection is given up. */
  readonly retriesMax: () => number;
  readonly giveUp: () => void;
}

export class Sender {
  readonly #parts: SenderParts;
  readonly #bytes: ByteQueue = new ByteQueue();
  readonly #timer: RetransmissionTimer;
  /** SND.UNA, SND.NXT, and the highest SND.NXT there was (RFC 9293 section 3.3.1). */
  #unacknowledged: number;
  #next: number;
  #highest: number;
  #window = 0;
  #finWanted = false;
  #repeats = 0;
  #timed: { readonly sequence: number; readonly atMs: number } | undefined;
  finAcknowledged = false;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#unacknowledged = parts.sequence;
    this.#next = parts.sequence;
    this.#highest = parts.sequence;
    this.#timer = new RetransmissionTimer(parts.world, () => this.#overdue());
  }

  /** Sequence number for what carries no bytes. */
  get highest(): number {
    return this.#highest;
  }

  get free(): number {
    return this.#parts.capacityBytes - this.#bytes.length;
  }

  /** As many as fit; the number of bytes that were taken. */
  write(bytes: Uint8Array): number {
    const taken = Math.min(this.free, bytes.length);
    // The program may use its buffer again.
    this.#bytes.add(Uint8Array.prototype.slice.call(bytes, 0, taken));
    this.pump();
    return taken;
  }

  end(): void {
    this.#finWanted = true;
    this.pump();
  }

  /** True when it acknowledges something new. */
  acknowledged(to: number, window: number, isBare: boolean): boolean {
    if (to > this.#highest || to < this.#unacknowledged) return false;
    this.#window = window;
    const isNew = to > this.#unacknowledged;
    if (isNew) this.#forget(to);
    else if (isBare && this.#highest > to) this.#repeated();
    this.pump();
    return isNew;
  }

  /** Sends what the window allows. */
  pump(): void {
    while (this.#sendOne()) {}
    const waits = this.#highest > this.#unacknowledged || this.#bytes.length > 0;
    if (waits && !this.#timer.isRunning) this.#timer.start();
    if (!waits) this.#timer.stop();
  }

  stop(): void {
    this.#timer.stop();
  }

  #sendOne(): boolean {
    const offset = this.#next - this.#unacknowledged;
    const room = this.#window - offset;
    const left = this.#bytes.length - offset;
    if (left > 0 ? room <= 0 : !this.#finWanted || this.finAcknowledged || left < 0) return false;
    const payload = this.#bytes.look(offset, Math.min(left, room, this.#parts.segmentBytesMax));
    const fin = this.#finWanted && payload.length === left;
    const sequence = this.#next;
    this.#next += payload.length + (fin ? 1 : 0);
    const isFirst = this.#next > this.#highest;
    this.#highest = Math.max(this.#highest, this.#next);
    if (isFirst) this.#timed ??= { sequence: this.#next, atMs: this.#parts.world.nowMs };
    this.#parts.send(sequence, payload, fin);
    return true;
  }

  #forget(to: number): void {
    const { world } = this.#parts;
    const bytes = Math.min(to - this.#unacknowledged, this.#bytes.length);
    this.finAcknowledged = to - this.#unacknowledged > bytes;
    this.#bytes.drop(bytes);
    this.#unacknowledged = to;
    this.#next = Math.max(this.#next, to);
    this.#repeats = 0;
    if (this.#timed !== undefined && to >= this.#timed.sequence) {
      this.#timer.sample(world.nowMs - this.#timed.atMs);
      this.#timed = undefined;
    }
    this.#timer.tries = 0;
    this.#timer.stop();
  }

  /** The third repetition means a loss (RFC 5681 section 3.2). */
  #repeated(): void {
    this.#repeats += 1;
    if (this.#repeats === 3) this.#goBack();
  }

  #goBack(): void {
    this.#next = this.#unacknowledged;
    this.#timed = undefined; // nobody can tell to which of the two an acknowledgement belongs (Karn)
  }

  #overdue(): void {
    if (this.#timer.tries > this.#parts.retriesMax()) {
      this.#parts.giveUp();
      return;
    }
    this.#goBack();
    // A window of zero is probed with a number that the peer has to answer (RFC 9293 section 3.8.6.1).
    if (!this.#sendOne()) this.#parts.send(this.#unacknowledged - 1, new Uint8Array(0), false);
    this.#timer.start();
  }
}

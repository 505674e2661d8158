// What TCP does with the bytes of one connection: what is sent and not yet acknowledged, and what has arrived.
import type { Simulation } from "../simulation.ts";

interface SenderParts {
  readonly simulation: Simulation;
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
    this.#timer = new RetransmissionTimer(parts.simulation, () => this.#overdue());
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
    if (isFirst) this.#timed ??= { sequence: this.#next, atMs: this.#parts.simulation.nowMs };
    this.#parts.send(sequence, payload, fin);
    return true;
  }

  #forget(to: number): void {
    const { simulation } = this.#parts;
    const bytes = Math.min(to - this.#unacknowledged, this.#bytes.length);
    this.finAcknowledged = to - this.#unacknowledged > bytes;
    this.#bytes.drop(bytes);
    this.#unacknowledged = to;
    this.#next = Math.max(this.#next, to);
    this.#repeats = 0;
    if (this.#timed !== undefined && to >= this.#timed.sequence) {
      this.#timer.sample(simulation.nowMs - this.#timed.atMs);
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
    this.#timed = undefined; // nobody can know to which of the two an acknowledgement belongs (Karn)
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

// The receiving direction of a connection: what came in order and was not read. What comes out of order is thrown away.
export class Receiver {
  readonly #bytes: ByteQueue = new ByteQueue();
  readonly #capacityBytes: number;
  /** RCV.NXT (RFC 9293 section 3.3.1). */
  next: number;
  /** The peer's end has come. */
  isEnded = false;

  /** `next`: sequence number of the first byte. */
  constructor(next: number, capacityBytes: number) {
    this.next = next;
    this.#capacityBytes = capacityBytes;
  }

  get unread(): number {
    return this.#bytes.length;
  }

  get window(): number {
    return this.#capacityBytes - this.#bytes.length;
  }

  /** Takes what is new of it, and returns whether anything was. */
  take(sequence: number, payload: Uint8Array, fin: boolean): boolean {
    const known = this.next - sequence;
    if (known < 0 || known > payload.length || this.isEnded) return false;
    const fresh = payload.subarray(known, known + this.window);
    this.#bytes.add(fresh);
    this.next += fresh.length;
    this.isEnded = fin && known + fresh.length === payload.length;
    if (this.isEnded) this.next += 1;
    return fresh.length > 0 || this.isEnded;
  }

  /** At most `lengthMax` bytes; none are there when it is empty. */
  read(lengthMax: number): Uint8Array {
    const bytes = this.#bytes.look(0, Math.min(lengthMax, this.#bytes.length));
    this.#bytes.drop(bytes.length);
    return bytes;
  }
}

// How long to wait for an acknowledgement (RFC 6298), with the bounds of Linux.
const firstMs = 1000;
const leastMs = 200;
const mostMs = 120_000;

export class RetransmissionTimer {
  readonly #simulation: Simulation;
  readonly #fire: () => void;
  #cancel: (() => void) | undefined;
  #smoothedMs: number | undefined;
  #variationMs = 0;
  #waitMs = firstMs;
  /** Times in a row that it fired. */
  tries = 0;

  constructor(simulation: Simulation, fire: () => void) {
    this.#simulation = simulation;
    this.#fire = fire;
  }

  get isRunning(): boolean {
    return this.#cancel !== undefined;
  }

  start(): void {
    this.stop();
    const waitMs = Math.min(mostMs, this.#waitMs * 2 ** this.tries);
    this.#cancel = this.#simulation.schedule(waitMs, () => {
      this.#cancel = undefined;
      this.tries += 1;
      this.#fire();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** A round trip was measured. */
  sample(roundTripMs: number): void {
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = roundTripMs;
      this.#variationMs = roundTripMs / 2;
    } else {
      this.#variationMs += (Math.abs(this.#smoothedMs - roundTripMs) - this.#variationMs) / 4;
      this.#smoothedMs += (roundTripMs - this.#smoothedMs) / 8;
    }
    this.#waitMs = Math.max(leastMs, this.#smoothedMs + 4 * this.#variationMs);
  }
}

// Bytes in order: added at the end, looked at anywhere, dropped from the front.
class ByteQueue {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  /** At most `lengthMax` bytes from `offset` on, without copying where they lie in one piece. */
  look(offset: number, lengthMax: number): Uint8Array {
    let skip = offset;
    const found: Uint8Array[] = [];
    let missing = lengthMax;
    for (const chunk of this.#chunks) {
      if (skip >= chunk.length) {
        skip -= chunk.length;
        continue;
      }
      const piece = chunk.subarray(skip, skip + missing);
      found.push(piece);
      missing -= piece.length;
      skip = 0;
      if (missing === 0) break;
    }
    return found.length === 1 && found[0] !== undefined ? found[0] : Buffer.concat(found);
  }

  drop(length: number): void {
    this.#length -= length;
    for (let left = length; left > 0; ) {
      const first = this.#chunks[0];
      if (first === undefined) return;
      if (first.length <= left) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(left);
      left -= Math.min(left, first.length);
    }
  }
}

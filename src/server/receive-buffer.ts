// Where what has arrived waits to be written.
import type { Duplex } from "node:stream";
import type { Connection, Receiver, ReceivesInto } from "../platform/network.ts";
import { limits } from "../protocol/limits.ts";

export interface ReceiveBuffer {
  /** Something is there. */
  readonly any: boolean;
  /** As much as is written at once. */
  readonly full: boolean;
  /** All that is there; it is the taker's until it is given back. */
  take(): readonly Uint8Array[];
  /** What was taken is not needed any more. */
  giveBack(): void;
  /** What still comes is thrown away. */
  close(): void;
}

/** Pieces as the stream has them. */
export class PieceQueue implements ReceiveBuffer {
  readonly #stream: Duplex;
  readonly #arrived: () => void;
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  /** `arrived` is called after each piece. Begins to read. */
  constructor(stream: Duplex, arrived: () => void) {
    this.#stream = stream;
    this.#arrived = arrived;
    stream.on("data", this.#onData);
  }

  get any(): boolean {
    return this.#bytes > 0;
  }

  get full(): boolean {
    return this.#bytes >= limits.uploadBufferBytes / 2;
  }

  take(): readonly Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#bytes = 0;
    this.#stream.resume();
    return pieces;
  }

  giveBack(): void {}

  close(): void {
    this.#stream.off("data", this.#onData).pause();
  }

  readonly #onData = (bytes: Uint8Array): void => {
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes >= limits.uploadBufferBytes) this.#stream.pause();
    this.#arrived();
  };
}

/** Buffers of the transfer itself: one is filled while another one is being written. */
export class OwnBuffers implements ReceiveBuffer, Receiver {
  readonly #arrived: () => void;
  readonly #more: () => void;
  /** Being filled: it has bytes up to `at`, and those up to `from` were taken. */
  #current: Uint8Array;
  #from = 0;
  #at = 0;
  /** Ends of buffers that are full. */
  #ready: Uint8Array[] = [];
  /** Those of them that are being written. */
  #lent: Uint8Array[] = [];
  #free: Uint8Array[] = [];
  #waiting = false;
  #closed = false;

  /** `arrived` is called after each piece. Begins to read. */
  constructor(connection: Connection & ReceivesInto, arrived: () => void) {
    this.#arrived = arrived;
    // A small file should not cost a large buffer.
    this.#current = Buffer.allocUnsafeSlow(limits.uploadFirstBufferBytes);
    this.#more = connection.receiveInto(this);
  }

  get any(): boolean {
    return this.#ready.length > 0 || this.#at > this.#from;
  }

  get full(): boolean {
    return this.#ready.length > 0;
  }

  take(): readonly Uint8Array[] {
    this.#lent = this.#ready;
    this.#ready = [];
    const begun = this.#current.subarray(this.#from, this.#at);
    this.#from = this.#at;
    if (this.#waiting) this.#more();
    this.#waiting = false;
    return begun.length > 0 ? [...this.#lent, begun] : this.#lent;
  }

  giveBack(): void {
    const whole = this.#lent.map((piece) => new Uint8Array(piece.buffer));
    this.#free.push(...whole.filter((buffer) => buffer.length === bufferBytes));
    this.#lent = [];
  }

  close(): void {
    this.#closed = true;
    this.#at = 0;
  }

  room(): Uint8Array {
    return this.#current.subarray(this.#at);
  }

  filled(count: number): boolean {
    if (this.#closed) return true;
    this.#at += count;
    if (this.#at === this.#current.length) this.#turn();
    this.#waiting = this.#ready.length > 0 && this.#ready.length + this.#lent.length > 1;
    this.#arrived();
    return !this.#waiting;
  }

  #turn(): void {
    this.#ready.push(this.#current.subarray(this.#from));
    this.#current = this.#free.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
    this.#from = 0;
    this.#at = 0;
  }
}

const bufferBytes = limits.uploadBufferBytes / 2;

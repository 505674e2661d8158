// The receiving direction of a connection: what came in order and was not read. What comes out of order is thrown away.
import { ByteQueue } from "./byte-queue.ts";

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

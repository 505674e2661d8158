// Reads the data types of RFC 4251 section 5.
import { latin1FromBytes } from "../../protocol/latin1.ts";
import { remoteFault } from "./fault.ts";

/** Every method throws SSH_PROTOCOL where the packet ends too early. */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  byte(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  boolean(): boolean {
    return this.byte() !== 0;
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  /** A view, not a copy. */
  string(): Uint8Array {
    const length = this.uint32();
    const from = this.#advance(length);
    return this.#bytes.subarray(from, from + length);
  }

  /** One character per byte; `printable` makes it readable. */
  text(): string {
    return latin1FromBytes(this.string());
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  #advance(count: number): number {
    const from = this.#at;
    if (this.#bytes.length - from < count) throw remoteFault("ssh sent a packet that ends in the middle of a field");
    this.#at += count;
    return from;
  }
}

// Reads the data types of RFC 4251 section 5.
import { latin1FromBytes } from "../../protocol/latin1.ts";
import { decodeUtf8 } from "../../protocol/printable.ts";
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

  /** Text for people, UTF-8 (RFC 4251 section 5); what is not UTF-8 has one character per byte. */
  utf8(): string {
    const text = this.text();
    return decodeUtf8(text) ?? text;
  }

  get isAtEnd(): boolean {
    return this.left === 0;
  }

  /** Bytes that have not been read. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  #advance(count: number): number {
    const from = this.#at;
    const end = from + count;
    if (end > this.#bytes.length) throw remoteFault("ssh sent a packet that ends in the middle of a field");
    this.#at = end;
    return from;
  }
}

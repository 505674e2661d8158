// Packets with their length before them, cut out of a byte stream: OpenSSH's PROTOCOL.mux uses them for its own messages,
// and, in proxy mode, for unencrypted packets of RFC 4253 section 6.
import { remoteFault } from "./fault.ts";

type TakePacket = (packet: Uint8Array) => void;

/** Memory of so many bytes, for a packet that begins with `head`: as much of it as has come, perhaps nothing. */
export type Allocate = (length: number, head: Uint8Array) => Uint8Array;

const allocateNew: Allocate = (length) => new Uint8Array(length);

const lengthBytes = 4;

/** One packet, put together from pieces. Linear even when its bytes come one at a time. */
class PacketAssembly {
  readonly #checkLength: (length: number) => number;
  readonly #allocate: Allocate;
  readonly #prefix = new Uint8Array(lengthBytes);
  #prefixFilled = 0;
  #body: Uint8Array | undefined;
  #bodyFilled = 0;

  /** `checkLength` throws for a length that is not allowed, before memory is taken for it. */
  constructor(checkLength: (length: number) => number, allocate: Allocate) {
    this.#checkLength = checkLength;
    this.#allocate = allocate;
  }

  get isEmpty(): boolean {
    return this.#prefixFilled === 0;
  }

  /** Takes what belongs to the packet, hands it over once it is complete, and returns what is left over. */
  add(bytes: Uint8Array, take: TakePacket): Uint8Array {
    let at = 0;
    while (this.#prefixFilled < lengthBytes && at < bytes.length) {
      this.#prefix[this.#prefixFilled++] = bytes[at++] ?? 0;
    }
    if (this.#prefixFilled < lengthBytes) return bytes.subarray(at);
    this.#body ??= this.#allocate(this.#length(), bytes.subarray(at));
    const piece = bytes.subarray(at, at + this.#body.length - this.#bodyFilled);
    this.#body.set(piece, this.#bodyFilled);
    this.#bodyFilled += piece.length;
    if (this.#bodyFilled === this.#body.length) this.#finish(this.#body, take);
    return bytes.subarray(at + piece.length);
  }

  #length(): number {
    return this.#checkLength(new DataView(this.#prefix.buffer).getUint32(0));
  }

  #finish(body: Uint8Array, take: TakePacket): void {
    this.#body = undefined;
    this.#bodyFilled = 0;
    this.#prefixFilled = 0;
    take(body);
  }
}

const none = new Uint8Array(0);

/** True when `next` lies directly behind `held` in the same memory. */
function follows(held: Uint8Array, next: Uint8Array): boolean {
  return held.buffer === next.buffer && held.byteOffset + held.length === next.byteOffset;
}

/**
 * Gives the same packets however the bytes are split. Packets are views of what was put in: a reader that fills one large
 * piece of memory bit by bit gets them without any copy; only a packet that lies in two pieces is put together.
 */
export class PacketSplitter {
  readonly #bytesMax: number;
  readonly #assembly: PacketAssembly;
  /** The start of an incomplete packet, still a view of the input. */
  #held: Uint8Array = none;

  /** `bytesMax` counts what follows the length. `allocate`: where a packet is put together. Default: in new memory. */
  constructor(bytesMax: number, allocate: Allocate = allocateNew) {
    this.#bytesMax = bytesMax;
    this.#assembly = new PacketAssembly((length) => this.#check(length), allocate);
  }

  /**
   * Hands over the packets that are complete now, without their length. Throws SSH_PROTOCOL at one that is too long, and
   * passes on what `take` throws; the splitter is of no use after that.
   */
  split(bytes: Uint8Array, take: TakePacket): void {
    const input = this.#resume(bytes, take);
    const view = new DataView(input.buffer, input.byteOffset, input.length);
    let at = 0;
    while (input.length - at >= 4) {
      const length = this.#check(view.getUint32(at));
      if (input.length - at - 4 < length) break;
      at += 4 + length;
      take(input.subarray(at - length, at));
    }
    this.#held = input.subarray(at);
  }

  /** Finishes the packet that was incomplete, and returns the input from where the next one starts. */
  #resume(bytes: Uint8Array, take: TakePacket): Uint8Array {
    const held = this.#held;
    this.#held = none;
    if (held.length > 0) {
      if (follows(held, bytes)) return new Uint8Array(held.buffer, held.byteOffset, held.length + bytes.length);
      this.#assembly.add(held, take);
    }
    return this.#assembly.isEmpty ? bytes : this.#assembly.add(bytes, take);
  }

  #check(length: number): number {
    if (length <= this.#bytesMax) return length;
    throw remoteFault(`ssh sent a packet of ${length} bytes, more than ${this.#bytesMax}`);
  }
}

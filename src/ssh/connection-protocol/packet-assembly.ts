// One packet, put together from pieces. Linear even when its bytes come one at a time.

export type TakePacket = (packet: Uint8Array) => void;

const lengthBytes = 4;

export class PacketAssembly {
  readonly #checkLength: (length: number) => number;
  readonly #prefix = new Uint8Array(lengthBytes);
  #prefixFilled = 0;
  #body: Uint8Array | undefined;
  #bodyFilled = 0;

  /** `checkLength` throws for a length that is not allowed, before memory is taken for it. */
  constructor(checkLength: (length: number) => number) {
    this.#checkLength = checkLength;
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
    this.#body ??= new Uint8Array(this.#checkLength(new DataView(this.#prefix.buffer).getUint32(0)));
    const piece = bytes.subarray(at, at + this.#body.length - this.#bodyFilled);
    this.#body.set(piece, this.#bodyFilled);
    this.#bodyFilled += piece.length;
    if (this.#bodyFilled === this.#body.length) this.#finish(this.#body, take);
    return bytes.subarray(at + piece.length);
  }

  #finish(body: Uint8Array, take: TakePacket): void {
    this.#body = undefined;
    this.#bodyFilled = 0;
    this.#prefixFilled = 0;
    take(body);
  }
}

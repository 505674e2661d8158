// The end of what an upload has sent: what the server may not have when the connection to it is lost.
import type { Digest } from "../platform/digest.ts";

/** Copies, so that what is kept is what it counts; in blocks, so that a small file takes little. */
const blockBytes = 262_144;

export class RetainedBytes {
  readonly #limit: number;
  readonly #blocks: Uint8Array[] = [];
  /** Of the newest block. */
  #filled = blockBytes;
  #first = 0;
  #end = 0;
  /** Of what is gone. */
  readonly #digest: Digest | undefined;

  /** `digest`: of all that has passed, for {@link hash}. */
  constructor(limit: number, digest?: Digest) {
    this.#limit = limit;
    this.#digest = digest;
  }

  /** Where what is kept begins, and where it ends: what has come before is gone. */
  get range(): { readonly first: number; readonly end: number } {
    return { first: this.#first, end: this.#end };
  }

  push(chunk: Uint8Array): void {
    for (let taken = 0; taken < chunk.length; ) {
      if (this.#filled === blockBytes) this.#addBlock();
      const piece = chunk.subarray(taken, taken + blockBytes - this.#filled);
      (this.#blocks.at(-1) as Uint8Array).set(piece, this.#filled);
      this.#filled += piece.length;
      this.#end += piece.length;
      taken += piece.length;
    }
  }

  /** What is kept from `first` on. A block is never written to again where it has been. */
  from(first: number): readonly Uint8Array[] {
    let position = this.#first;
    const pieces: Uint8Array[] = [];
    for (const [index, block] of this.#blocks.entries()) {
      const length = index === this.#blocks.length - 1 ? this.#filled : blockBytes;
      const skipped = Math.min(length, Math.max(0, first - position));
      if (skipped < length) pieces.push(block.subarray(skipped, length));
      position += length;
    }
    return pieces;
  }

  /** The checksum of the first `length` bytes of all, which must reach into what is kept. */
  hash(length: number): string | undefined {
    let left = length - this.#first;
    const pieces = this.from(this.#first).map((piece) => {
      const taken = piece.subarray(0, Math.max(0, left));
      left -= taken.length;
      return taken;
    });
    return left === 0 ? this.#digest?.hex(pieces) : undefined;
  }

  #addBlock(): void {
    // What is waiting to be sent may still be in the old one: it is not used again.
    if (this.#blocks.length * blockBytes >= this.#limit) {
      const gone = this.#blocks.shift();
      if (gone !== undefined) this.#digest?.update(gone);
      this.#first += blockBytes;
    }
    this.#blocks.push(new Uint8Array(blockBytes));
    this.#filled = 0;
  }
}

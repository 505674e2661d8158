// The end of what an upload has sent: what the server may not have when the connection to it is lost.

/** Copies, so that what is kept is what it counts; in blocks, so that a small file takes little. */
const blockBytes = 262_144;

export class RetainedBytes {
  readonly #limit: number;
  readonly #blocks: Uint8Array[] = [];
  /** Of the newest block. */
  #filled = blockBytes;
  #first = 0;
  #end = 0;

  constructor(limit: number) {
    this.#limit = limit;
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

  #addBlock(): void {
    // What is waiting to be sent may still be in the old one: it is not used again.
    if (this.#blocks.length * blockBytes >= this.#limit) {
      this.#blocks.shift();
      this.#first += blockBytes;
    }
    this.#blocks.push(new Uint8Array(blockBytes));
    this.#filled = 0;
  }
}

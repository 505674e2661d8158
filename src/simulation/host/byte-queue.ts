// Bytes in order: added at the end, looked at anywhere, dropped from the front.

export class ByteQueue {
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

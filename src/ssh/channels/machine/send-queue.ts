// Bytes of one channel that wait to be sent.

export class SendQueue {
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** Removes up to `most` bytes from the front. One view where they lie in one chunk, else a copy. */
  take(most: number): Uint8Array {
    const [first] = this.#chunks;
    if (first === undefined) return new Uint8Array(0);
    if (first.length >= most || this.#chunks.length === 1) return this.#takeFromFirst(first, most);
    const all = new Uint8Array(Math.min(most, this.#bytes));
    for (let at = 0; at < all.length; ) {
      const [chunk = all] = this.#chunks;
      const piece = this.#takeFromFirst(chunk, all.length - at);
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  clear(): void {
    this.#chunks = [];
    this.#bytes = 0;
  }

  #takeFromFirst(first: Uint8Array, most: number): Uint8Array {
    const piece = first.subarray(0, most);
    this.#bytes -= piece.length;
    if (piece.length === first.length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(piece.length);
    return piece;
  }
}

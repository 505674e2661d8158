// Bytes that wait to be sent, cut and joined to packets.

/** A queue of buffers that is emptied in pieces of a chosen size, without copying more than it must. */
export class Outbox {
  #chunks: Buffer[] = [];
  /** Bytes of the first chunk that are taken already. */
  #taken = 0;
  bytes = 0;

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.bytes += chunk.length;
  }

  /** Up to `most` bytes from the front; small neighbours become one piece. */
  take(most: number): Buffer {
    const pieces: Buffer[] = [];
    let missing = Math.min(most, this.bytes);
    this.bytes -= missing;
    let used = 0;
    while (missing > 0) {
      const chunk = this.#chunks[used] as Buffer;
      const piece = chunk.subarray(this.#taken, this.#taken + missing);
      pieces.push(piece);
      missing -= piece.length;
      this.#taken += piece.length;
      if (this.#taken === chunk.length) {
        used += 1;
        this.#taken = 0;
      }
    }
    if (used > 0) this.#chunks.splice(0, used);
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  }
}

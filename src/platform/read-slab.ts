// Memory that a source is read into, piece by piece: one buffer for many reads, where Node would make one of 64 KiB for each, and V8
// collect them. The pieces are views, since what was written may still be on its way; a slab is let go with the last of them.

const leastRoomBytes = 65_536;
const firstBytes = 65_536;
const mostBytes = 1_048_576;

export class ReadSlab {
  #free: Uint8Array = new Uint8Array(0);
  /** A short file has a small one. */
  #nextBytes = firstBytes;

  /** Where the next read goes. */
  room(): Uint8Array {
    if (this.#free.length < leastRoomBytes) {
      this.#free = Buffer.allocUnsafeSlow(this.#nextBytes);
      this.#nextBytes = Math.min(4 * this.#nextBytes, mostBytes);
    }
    return this.#free;
  }

  /** What was read there. */
  take(count: number): Uint8Array {
    const piece = this.#free.subarray(0, count);
    this.#free = this.#free.subarray(count);
    return piece;
  }
}

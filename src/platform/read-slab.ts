// Memory that a source is read into, piece by piece: one buffer for many reads, where Node would make one of 64 KiB for each, and V8
// collect them. The pieces are views, since what was written may still be on its way. Whoever knows when they are needed no more says
// so, and the memory is read into again, which the processor still has in its cache; of others a slab is let go with the last of them.

const leastRoomBytes = 65_536;
const firstBytes = 65_536;
const mostBytes = 1_048_576;

interface Slab {
  readonly memory: Uint8Array;
  /** Bytes of its pieces that nobody has released. */
  used: number;
}

export class ReadSlab {
  #slab: Slab = { memory: new Uint8Array(0), used: 0 };
  #filled = 0;
  /** A short file has a small one. */
  #nextBytes = firstBytes;
  /** Those that are full, with pieces in use, the oldest first. */
  readonly #full: Slab[] = [];
  #spare: Slab | undefined;
  readonly #isReleased: boolean;

  /** `isReleased`: {@link release} will be called for each piece. */
  constructor(isReleased = false) {
    this.#isReleased = isReleased;
  }

  /** Where the next read goes. */
  room(): Uint8Array {
    const left = this.#slab.memory.length - this.#filled;
    // With another one at hand sooner: large reads are fewer.
    if (left < leastRoomBytes || (this.#spare !== undefined && left < mostBytes / 2)) this.#change();
    return this.#slab.memory.subarray(this.#filled);
  }

  /** What was read there. */
  take(count: number): Uint8Array {
    const piece = this.#slab.memory.subarray(this.#filled, this.#filled + count);
    this.#filled += count;
    this.#slab.used += count;
    return piece;
  }

  /** The oldest piece, of so many bytes, is needed no more. */
  release(count: number): void {
    const [oldest] = this.#full;
    const slab = oldest ?? this.#slab;
    slab.used -= count;
    if (slab !== oldest || slab.used > 0) return;
    this.#full.shift();
    if (slab.memory.length === mostBytes) this.#spare = slab;
  }

  #change(): void {
    const slab = this.#slab;
    this.#filled = 0;
    if (this.#isReleased && slab.used === 0 && slab.memory.length === mostBytes) return;
    if (this.#isReleased && slab.used > 0) this.#full.push(slab);
    this.#slab = this.#spare ?? { memory: Buffer.allocUnsafeSlow(this.#nextBytes), used: 0 };
    this.#spare = undefined;
    this.#nextBytes = Math.min(4 * this.#nextBytes, mostBytes);
  }
}

// What comes in pieces of any size, given in the sizes that a reader asks for.

const none: Uint8Array = new Uint8Array(0);

export class Pieces {
  readonly #next: (filled: number) => Promise<Uint8Array | undefined>;
  #rest: Uint8Array = none;

  /** `next` gives the next piece, undefined at the end; `filled`: bytes that the call that asks for it has got already. */
  constructor(next: (filled: number) => Promise<Uint8Array | undefined>) {
    this.#next = next;
  }

  /** As many bytes as `buffer` takes, fewer only at the end. */
  async read(buffer: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < buffer.length) {
      if (this.#rest.length === 0) {
        const next = await this.#next(filled);
        if (next === undefined) break;
        this.#rest = next;
      }
      const piece = this.#rest.subarray(0, buffer.length - filled);
      buffer.set(piece, filled);
      filled += piece.length;
      this.#rest = this.#rest.subarray(piece.length);
    }
    return filled;
  }

  /** What came and was not taken is let go. */
  clear(): void {
    this.#rest = none;
  }
}

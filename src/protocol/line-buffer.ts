// The bytes of a line that has not ended yet.
import { latin1FromBytes } from "./latin1.ts";

/** Grows by doubling and is searched never again, so that a line costs time in proportion to its length however it is split. */
export class LineBuffer {
  readonly #bytesMax: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get length(): number {
    return this.#length;
  }

  /** The line so far, when it has at most so many bytes. */
  peek(most: number): string | undefined {
    return this.#length > most ? undefined : latin1FromBytes(this.#bytes.subarray(0, this.#length));
  }

  /** False, and nothing is kept, when the line is full. */
  append(byte: number): boolean {
    if (this.#length === this.#bytesMax) return false;
    if (this.#length === this.#bytes.length) this.#grow();
    this.#bytes[this.#length] = byte;
    this.#length += 1;
    return true;
  }

  /** The line as a latin1 string. The buffer is empty afterwards and holds no memory, since most sessions are idle. */
  take(): string {
    const text = latin1FromBytes(this.#bytes.subarray(0, this.#length));
    this.#bytes = new Uint8Array(0);
    this.#length = 0;
    return text;
  }

  #grow(): void {
    const larger = new Uint8Array(Math.min(Math.max(64, this.#bytes.length * 2), this.#bytesMax));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

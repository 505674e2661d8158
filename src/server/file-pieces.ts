// The bytes of a file in pieces: while one is on its way the next is being read.
import type { FileRest } from "../data-connection/file-rest.ts";
import { type FileReader, lendsFile } from "../platform/file-system.ts";
import type { Soon } from "../platform/soon.ts";
import { limits } from "../protocol/limits.ts";

/** A piece is good until the next but one is asked for. A file ends where a read does not fill its buffer, unless that is before the end that it had. */
export class FilePieces implements AsyncIterable<Uint8Array> {
  readonly #reader: FileReader;
  readonly #rest: FileRest | undefined;
  readonly #whole: number;
  /** As far as is known. */
  #left: number;
  #buffer: Buffer;
  #other: Buffer | undefined;
  #pending: Soon<number> | undefined;
  #isRestDue = false;
  #isOver = false;

  /** `offset`: where the reader begins. `rest`: sends what is left of a large one. */
  constructor(reader: FileReader, offset: number, rest?: FileRest) {
    this.#reader = reader;
    this.#rest = rest;
    this.#whole = reader.facts.size - offset;
    this.#left = this.#whole;
    // Small files should not cost two large buffers.
    this.#buffer = Buffer.allocUnsafe(Math.min(limits.fileChunkBytes, Math.max(this.#left + 1, 4096)));
  }

  /** `undefined`: there is no more. One call at a time. */
  next(): Soon<Uint8Array | undefined> {
    if (this.#isOver) return undefined;
    if (this.#isRestDue) return this.#behindRest();
    const pending = this.#pending ?? this.#reader.read(this.#buffer);
    return pending instanceof Promise ? pending.then((count) => this.#piece(count)) : this.#piece(pending);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (let piece = await this.next(); piece !== undefined; piece = await this.next()) yield piece;
  }

  #piece(count: number): Uint8Array | undefined {
    const buffer = this.#buffer;
    this.#left -= count;
    this.#isOver = count === 0 || (count < buffer.length && this.#left <= 0);
    if (count === 0) return undefined;
    if (!this.#isOver) this.#readAhead();
    return buffer.subarray(0, count);
  }

  #readAhead(): void {
    const { length } = this.#buffer;
    [this.#buffer, this.#other] = [this.#other ?? Buffer.allocUnsafe(length), this.#buffer];
    this.#pending = undefined;
    this.#isRestDue = lendsFile(this.#reader) && this.#rest?.isDue(this.#whole - this.#left, this.#left) === true;
    if (this.#isRestDue) return;
    this.#pending = this.#reader.read(this.#buffer);
    if (this.#pending instanceof Promise) this.#pending.catch(() => {}); // it is asked for with the next piece, if there is one
  }

  async #behindRest(): Promise<Uint8Array | undefined> {
    this.#isRestDue = false;
    if (lendsFile(this.#reader)) this.#left -= (await this.#rest?.send(this.#reader)) ?? 0;
    return this.next();
  }
}

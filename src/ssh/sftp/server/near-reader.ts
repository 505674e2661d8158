// A file that is read from start to end, for clients that have many reads in flight: what is asked for a little out of order costs no new reader.
import type { FileReader } from "../../../platform/file-system.ts";
import { limits } from "../../../protocol/limits.ts";

interface Piece {
  readonly from: number;
  readonly bytes: Buffer;
}

export class NearReader implements AsyncDisposable {
  readonly #open: (offset: number) => Promise<FileReader>;
  readonly #reachBytes: number;
  #reader: FileReader | undefined;
  /** Where the reader is. */
  #position = 0;
  /** What was read last, without a gap, up to the position. */
  #pieces: Piece[] = [];
  #keptBytes = 0;

  /** `reader`: the file from its beginning. `reachBytes`: how far from where it is a read may be; 0: whoever jumps costs a new reader. */
  constructor(reader: FileReader | undefined, open: (offset: number) => Promise<FileReader>, reachBytes: number) {
    this.#reader = reader;
    this.#open = open;
    this.#reachBytes = reachBytes;
  }

  /** Empty at the end of the file. */
  async read(offset: number, bytes: number): Promise<Buffer> {
    const first = (this.#reachBytes > 0 ? this.#pieces[0]?.from : undefined) ?? this.#position;
    const isNear = offset >= first && offset - this.#position <= this.#reachBytes;
    if (this.#reader === undefined || !isNear) await this.#jump(offset);
    while (this.#position < offset + bytes) {
      const gap = offset - this.#position;
      const piece = await this.#next(
        gap > 0 ? Math.min(gap, limits.sftpDataBytesMax) : offset + bytes - this.#position,
      );
      if (piece === 0) break;
    }
    return this.#kept(offset, bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pieces = [];
    await this.#reader?.[Symbol.asyncDispose]();
  }

  async #jump(offset: number): Promise<void> {
    await this.#reader?.[Symbol.asyncDispose]();
    this.#reader = undefined;
    this.#pieces = [];
    this.#keptBytes = 0;
    this.#reader = await this.#open(offset);
    this.#position = offset;
  }

  async #next(bytes: number): Promise<number> {
    const buffer = Buffer.allocUnsafe(bytes);
    const count = (await this.#reader?.read(buffer)) ?? 0;
    if (count === 0) return 0;
    this.#pieces.push({ from: this.#position, bytes: buffer.subarray(0, count) });
    this.#position += count;
    this.#keptBytes += count;
    // Those that lie furthest back are the first that nobody asks for any more.
    for (let [oldest] = this.#pieces; oldest !== undefined && this.#pieces.length > 1; [oldest] = this.#pieces) {
      if (this.#keptBytes - oldest.bytes.length < this.#reachBytes) break;
      this.#keptBytes -= oldest.bytes.length;
      this.#pieces.shift();
    }
    return count;
  }

  /** Without a copy where one piece has it, as for those who ask in order. */
  #kept(offset: number, bytes: number): Buffer {
    const end = offset + bytes;
    const parts = this.#pieces
      .filter(({ from, bytes: piece }) => from < end && from + piece.length > offset)
      .map(({ from, bytes: piece }) => piece.subarray(Math.max(offset - from, 0), end - from));
    const [only, ...more] = parts;
    return only !== undefined && more.length === 0 ? only : Buffer.concat(parts);
  }
}

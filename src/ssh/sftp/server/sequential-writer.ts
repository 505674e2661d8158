// A file of a FileSystem that writes from one end to the other, for clients that have many requests in flight, a little out of order.
import type { FileWriter, WriteStart } from "../../../platform/file-system.ts";
import { limits } from "../../../protocol/limits.ts";
import { statusCodes } from "../wire/message-types.ts";
import type { SftpWriter } from "./sftp-writer.ts";
import { Refusal } from "./status.ts";

export interface SequentialWriterOptions {
  /** Absent where the file is there and the client has not said that it is to be empty: where it starts shows with the first byte. */
  readonly writer: FileWriter | undefined;
  readonly open: (start: WriteStart) => Promise<FileWriter>;
  readonly append: boolean;
  /** The client does not mean to change a part of the file: scp opens without reading, to create it, and cuts it off at the end. */
  readonly mayRewrite: boolean;
  /** Bytes of the file that is there. */
  readonly size: number;
}

/** What comes before its turn is kept, within a limit, and answered at once: that it cannot be written is reported at the close at the latest. */
export class SequentialWriter implements SftpWriter {
  readonly #options: SequentialWriterOptions;
  #writer: FileWriter | undefined;
  #position = 0;
  /** By offset: what lies behind the position. */
  readonly #held: Map<number, Uint8Array> = new Map();
  #heldBytes = 0;
  /** A file is rewritten that the client has not said is to be emptied: so many bytes have to come, or it says so later, as scp does. */
  #mustReach: number;

  constructor(options: SequentialWriterOptions) {
    this.#options = options;
    this.#writer = options.writer;
    this.#mustReach = options.writer === undefined && !options.append ? options.size : 0;
  }

  async writeAt(offset: number, bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    if (this.#options.append) {
      this.#writer ??= await this.#options.open("append");
      await this.#writer.write([bytes]);
      return;
    }
    if (this.#writer === undefined) this.#assertPlausible(offset);
    const isResumed =
      this.#writer === undefined && this.#held.size === 0 && offset === this.#options.size && offset > 0;
    if (isResumed) {
      this.#mustReach = 0;
      this.#writer = await this.#options.open(offset);
      this.#position = offset;
    }
    if (offset < this.#position) throw inOrder();
    if (this.#writer !== undefined && offset === this.#position) {
      await this.#write(bytes);
      await this.#release();
      return;
    }
    this.#hold(offset, bytes);
    if (this.#writer === undefined && this.#contiguousEnd() >= this.#options.size) await this.#rewrite();
    else if (this.#heldBytes > limits.sftpReorderBytesMax) await this.#overflow();
  }

  async truncate(bytes: number): Promise<void> {
    if (this.#options.append) throw inOrder();
    if (this.#writer === undefined && bytes === this.#contiguousEnd()) await this.#rewrite();
    if (bytes !== this.#position || this.#held.size > 0) throw inOrder();
    this.#mustReach = 0;
  }

  async finish(): Promise<void> {
    if (this.#held.size > 0 || this.#position < this.#reachable()) throw inOrder();
    await this.#writer?.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#held.clear();
    await this.#writer?.[Symbol.asyncDispose]();
  }

  /** Where the client changes a part of the file it must learn at once that it cannot: many do not look at how a close went. */
  #assertPlausible(offset: number): void {
    const { size, mayRewrite } = this.#options;
    const isResumed = this.#held.size === 0 && offset === size;
    const isRewritten = mayRewrite && offset === this.#contiguousEnd();
    if (!isResumed && !isRewritten) throw inOrder();
  }

  /** Nothing was written, nothing is lost. */
  #reachable(): number {
    return this.#writer === undefined ? 0 : this.#mustReach;
  }

  #hold(offset: number, bytes: Uint8Array): void {
    this.#heldBytes += bytes.length - (this.#held.get(offset)?.length ?? 0);
    this.#held.set(offset, Uint8Array.from(bytes));
  }

  /** Up to where what is held has no gap. */
  #contiguousEnd(): number {
    let end = this.#position;
    for (let next = this.#held.get(end); next !== undefined; next = this.#held.get(end)) end += next.length;
    return end;
  }

  /** So much from the start on that it must be a new file, or a client that writes anywhere. */
  async #overflow(): Promise<void> {
    if (this.#writer !== undefined || this.#contiguousEnd() < this.#heldBytes) throw inOrder();
    await this.#rewrite();
  }

  async #rewrite(): Promise<void> {
    this.#writer = await this.#options.open("truncate");
    await this.#release();
  }

  async #release(): Promise<void> {
    for (let next = this.#held.get(this.#position); next !== undefined; next = this.#held.get(this.#position)) {
      this.#held.delete(this.#position);
      this.#heldBytes -= next.length;
      await this.#write(next);
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#writer?.write([bytes]);
    this.#position += bytes.length;
  }
}

function inOrder(): Refusal {
  return new Refusal(statusCodes.unsupported, "files can only be written from start to end here");
}

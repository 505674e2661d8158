// A file at an FTP server that is open for reading: RETR begins with the first read, at the reader's pace.
import type { Readable } from "node:stream";
import { raceAbort } from "../platform/abort.ts";
import type { FileReader } from "../platform/file-system.ts";
import { limits } from "../protocol/limits.ts";
import type { FileFacts } from "../protocol/listing/file-facts.ts";
import type { Lease } from "./ftp-sessions.ts";

export interface FtpReaderOptions {
  /** A session for as long as it takes. */
  readonly lease: () => Promise<Lease>;
  /** At the server. */
  readonly path: string;
  readonly facts: FileFacts;
  readonly offset: number;
  readonly signal: AbortSignal;
  /** What the error means for a file. */
  readonly explain: (error: unknown) => Promise<unknown>;
}

export class FtpReader implements FileReader {
  readonly facts: FileFacts;
  readonly #options: FtpReaderOptions;
  #pieces: AsyncIterator<Uint8Array> | undefined;
  #stream: Readable | undefined;
  #lease: Lease | undefined;
  #rest: Uint8Array = new Uint8Array(0);
  #isAtEnd = false;

  constructor(options: FtpReaderOptions) {
    this.#options = options;
    this.facts = options.facts;
    const { facts, offset } = options;
    // Behind its end there is nothing, and RETR behind REST would be refused there.
    this.#isAtEnd = facts.untold?.includes("size") !== true && facts.size > 0 && offset >= facts.size;
  }

  async read(buffer: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < buffer.length) {
      if (this.#rest.length === 0 && !(await this.#more())) break;
      const piece = this.#rest.subarray(0, buffer.length - filled);
      buffer.set(piece, filled);
      filled += piece.length;
      this.#rest = this.#rest.subarray(piece.length);
    }
    return filled;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isAtEnd = true;
    const [stream, lease] = [this.#stream, this.#lease];
    this.#stream = undefined;
    this.#lease = undefined;
    this.#rest = new Uint8Array(0);
    // Its ABOR and the replies to it come before the session's next call.
    stream?.destroy();
    lease?.release();
  }

  async #more(): Promise<boolean> {
    if (this.#isAtEnd) return false;
    const { signal, explain } = this.#options;
    try {
      const pieces = this.#pieces ?? (await this.#begin());
      const next = await raceAbort(pieces.next(), signal);
      if (next.done !== true) {
        this.#rest = next.value;
        return true;
      }
      this.#isAtEnd = true;
      this.#lease?.release();
      return false;
    } catch (error) {
      throw await explain(error);
    }
  }

  async #begin(): Promise<AsyncIterator<Uint8Array>> {
    const { lease, path, offset } = this.#options;
    this.#lease = await lease();
    const stream = this.#lease.client.download(path, { offset, retries: limits.bridgeFtpRetries });
    stream.result.catch(() => {});
    this.#stream = stream;
    this.#pieces = stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
    return this.#pieces;
  }
}

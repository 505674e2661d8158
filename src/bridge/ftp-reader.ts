// A file at an FTP server that is open for reading: RETR begins with the first read, at the reader's pace.

import type { TransferResult } from "../client/transfer-options.ts";
import { Pieces } from "../filesystem/pieces.ts";
import { raceAbort } from "../platform/abort.ts";
import { Deferred } from "../platform/deferred.ts";
import type { FileReader } from "../platform/file-system.ts";
import { limits } from "../protocol/limits.ts";
import type { FileFacts } from "../protocol/listing/file-facts.ts";
import { type DownloadStream, openDownload } from "../transfer/download-stream.ts";
import { ftpAttempts } from "../transfer/file-attempts.ts";
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

/**
 * A file of a known size ends where its bytes and the end of the data have come: the server's last word, which is a round trip behind them at
 * vsftpd, is awaited by its session alone. Without a size that word is the end.
 */
export class FtpReader implements FileReader {
  readonly facts: FileFacts;
  readonly #options: FtpReaderOptions;
  readonly #pieces = new Pieces(() => this.#more());
  /** Undefined where it is not told, and of files that may only look empty. */
  readonly #size: number | undefined;
  readonly #whole: Deferred<undefined> = new Deferred<undefined>();
  #isWhole = false;
  #position: number;
  #incoming: AsyncIterator<Uint8Array> | undefined;
  #stream: DownloadStream<TransferResult> | undefined;
  #lease: Lease | undefined;
  #isAtEnd = false;
  /** Clients have many reads in flight: to the next one it must not look like the end of the file. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: FtpReaderOptions) {
    this.#options = options;
    this.facts = options.facts;
    const { facts, offset } = options;
    this.#size = facts.unreported?.includes("size") === true || facts.size === 0 ? undefined : facts.size;
    this.#position = offset;
    // Behind its end there is nothing, and RETR behind REST would be refused there.
    this.#isAtEnd = this.#size !== undefined && offset >= this.#size;
  }

  read(buffer: Uint8Array): Promise<number> {
    return this.#pieces.read(buffer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isAtEnd = true;
    this.#pieces.clear();
    // Its ABOR and the replies to it come before the session's next call.
    if (!this.#isWhole) this.#stream?.destroy();
    this.#release();
  }

  async #more(): Promise<Uint8Array | undefined> {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#isAtEnd) return undefined;
    const { signal, explain } = this.#options;
    try {
      const incoming = this.#incoming ?? (await this.#begin());
      const next = await raceAbort(this.#next(incoming), signal);
      if (next !== undefined && next.done !== true) {
        this.#position += next.value.length;
        return next.value;
      }
      this.#isAtEnd = true;
      this.#release();
      return undefined;
    } catch (error) {
      const explained = await explain(error);
      // What could not begin may begin later.
      if (this.#incoming !== undefined) this.#failure = { error: explained };
      throw explained;
    }
  }

  async #begin(): Promise<AsyncIterator<Uint8Array>> {
    const { lease, path, offset } = this.#options;
    this.#lease = await lease();
    const stream = openDownload(ftpAttempts(this.#lease.client), path, {
      offset,
      retries: limits.bridgeFtpRetries,
      onWhole: () => {
        this.#isWhole = true;
        this.#whole.resolve(undefined);
      },
    });
    stream.result.catch(() => {});
    this.#stream = stream;
    this.#incoming = stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
    return this.#incoming;
  }

  /** Undefined: it is whole, and there is nothing more. */
  #next(incoming: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array> | undefined> {
    const next = incoming.next();
    if (this.#position !== this.#size) return next;
    next.catch(() => {}); // nobody waits for it where the file is whole
    return Promise.race([next, this.#whole.promise]);
  }

  /** Its session is free when the server has said its last word. */
  #release(): void {
    const lease = this.#lease;
    this.#lease = undefined;
    if (!this.#isWhole) lease?.release();
    else this.#stream?.result.catch(() => {}).finally(() => lease?.release());
    this.#stream = undefined;
  }
}

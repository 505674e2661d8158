// A file at an FTP server that is open for reading: RETR begins with the first read, at the reader's pace.
import type { Readable } from "node:stream";
import { Pieces } from "../filesystem/pieces.ts";
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
  readonly #pieces = new Pieces(() => this.#more());
  #incoming: AsyncIterator<Uint8Array> | undefined;
  #stream: Readable | undefined;
  #lease: Lease | undefined;
  #isAtEnd = false;
  /** Clients have many reads in flight: to the next one it must not look like the end of the file. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: FtpReaderOptions) {
    this.#options = options;
    this.facts = options.facts;
    const { facts, offset } = options;
    // Behind its end there is nothing, and RETR behind REST would be refused there.
    this.#isAtEnd = facts.untold?.includes("size") !== true && facts.size > 0 && offset >= facts.size;
  }

  read(buffer: Uint8Array): Promise<number> {
    return this.#pieces.read(buffer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isAtEnd = true;
    const [stream, lease] = [this.#stream, this.#lease];
    this.#stream = undefined;
    this.#lease = undefined;
    this.#pieces.clear();
    // Its ABOR and the replies to it come before the session's next call.
    stream?.destroy();
    lease?.release();
  }

  async #more(): Promise<Uint8Array | undefined> {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#isAtEnd) return undefined;
    const { signal, explain } = this.#options;
    try {
      const incoming = this.#incoming ?? (await this.#begin());
      const next = await raceAbort(incoming.next(), signal);
      if (next.done !== true) return next.value;
      this.#isAtEnd = true;
      this.#lease?.release();
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
    const stream = this.#lease.client.download(path, { offset, retries: limits.bridgeFtpRetries });
    stream.result.catch(() => {});
    this.#stream = stream;
    this.#incoming = stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
    return this.#incoming;
  }
}

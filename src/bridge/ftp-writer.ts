// A file at an FTP server that is open for writing: STOR or APPE, fed at the pace of the data connection.
import type { FtpClient } from "../client/ftp-client.ts";
import { raceAbort } from "../platform/abort.ts";
import { Deferred } from "../platform/deferred.ts";
import type { FileWriter } from "../platform/file-system.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { Lease } from "./ftp-sessions.ts";

/** A file that is being written. */
export interface Finishing {
  /** To be done when the file is whole. */
  afterwards(work: (client: FtpClient) => Promise<void>): void;
}

export interface FtpWriterOptions {
  readonly lease: () => Promise<Lease>;
  /** At the server. */
  readonly path: string;
  readonly append: boolean;
  readonly signal: AbortSignal;
  readonly explain: (error: unknown) => Promise<unknown>;
  readonly finishing: Map<string, Finishing>;
}

/** `write` resolves when little is waiting; that the server refused is thrown by the next call, `finish` at the latest. */
export class FtpWriter implements FileWriter, Finishing {
  readonly #options: FtpWriterOptions;
  readonly #stop: AbortController = new AbortController();
  readonly #later: ((client: FtpClient) => Promise<void>)[] = [];
  readonly #queue: Uint8Array[] = [];
  #waitingBytes = 0;
  #isAtEnd = false;
  /** Wakes whoever sends, and whoever waits for room. */
  #changed: Deferred = new Deferred();
  #lease: Lease | undefined;
  #upload: Promise<void> | undefined;
  #isOver = false;

  constructor(options: FtpWriterOptions) {
    this.#options = options;
    options.finishing.set(options.path, this);
  }

  afterwards(work: (client: FtpClient) => Promise<void>): void {
    this.#later.push(work);
  }

  /** The server has begun to take the file. Throws what it refuses. */
  async begin(): Promise<void> {
    if (this.#upload !== undefined) return;
    const { lease, path, append, signal } = this.#options;
    try {
      this.#lease = await lease();
      const began = new Deferred();
      const onAnnounced = (): void => began.resolve();
      const stop = AbortSignal.any([signal, this.#stop.signal]);
      // Read once: what has been sent is not here any more, so a lost session is not tried again.
      const sent = this.#lease.client.upload(this.#pieces(), path, { append, signal: stop, onAnnounced });
      this.#upload = sent.then(() => {});
      this.#upload.catch(() => this.#wake());
      await raceAbort(Promise.race([began.promise, this.#upload]), signal);
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    this.#assertOpen();
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (bytes === 0) return;
    await this.begin();
    for (const piece of pieces) if (piece.length > 0) this.#queue.push(Uint8Array.from(piece));
    this.#waitingBytes += bytes;
    this.#wake();
    while (this.#waitingBytes > limits.bridgeWriteAheadBytes) await this.#orFail(this.#changed.promise);
  }

  async finish(): Promise<void> {
    this.#assertOpen();
    await this.begin();
    this.#isOver = true;
    this.#isAtEnd = true;
    this.#wake();
    try {
      await raceAbort(this.#upload ?? Promise.resolve(), this.#options.signal);
      const client = this.#lease?.client;
      if (client !== undefined) for (const work of this.#later) await work(client);
    } catch (error) {
      throw await this.#failure(error);
    } finally {
      this.#end();
    }
  }

  /** Without `finish` what has gone over is there. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    if (this.#lease !== undefined) this.#stop.abort(new SallyportError("CLOSED", "the upload was given up"));
    await this.#upload?.catch(() => {});
    this.#end();
  }

  #end(): void {
    const { finishing, path } = this.#options;
    if (finishing.get(path) === this) finishing.delete(path);
    this.#lease?.release();
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = this.#queue.shift();
      if (piece !== undefined) {
        this.#waitingBytes -= piece.length;
        this.#wake();
        yield piece;
      } else if (this.#isAtEnd) return;
      else await raceAbort(this.#changed.promise, this.#stop.signal);
    }
  }

  /** Waits; a failed upload fails it. */
  async #orFail(change: Promise<void>): Promise<void> {
    const failed = (this.#upload ?? Promise.resolve()).then(() => change);
    try {
      await raceAbort(Promise.race([change, failed]), this.#options.signal);
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  #wake(): void {
    const { resolve } = this.#changed;
    this.#changed = new Deferred();
    resolve();
  }

  async #failure(error: unknown): Promise<unknown> {
    // The session is free for the looks that find out why.
    this.#end();
    return await this.#options.explain(error);
  }

  #assertOpen(): void {
    if (this.#isOver) throw new SallyportError("FS_FAILED", "the file is closed");
  }
}

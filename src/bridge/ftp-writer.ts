// A file at an FTP server that is open for writing: STOR or APPE, fed at the pace of the data connection.

import type { FtpClient } from "../client/ftp-client.ts";
import { LinkedAbort, raceAbort } from "../platform/abort.ts";
import { Deferred } from "../platform/deferred.ts";
import type { FileWriter } from "../platform/file-system.ts";
import { readsInOrder } from "../protocol/client/orderly-servers.ts";
import { SallyportError } from "../protocol/error.ts";
import type { Lease } from "./ftp-sessions.ts";
import { FtpUpload, type FtpUploadOptions } from "./ftp-upload.ts";

/** A file that is being written. */
export interface Finishing {
  /** To be done when the file is whole. */
  afterwards(work: (client: FtpClient) => Promise<void>): void;
}

export interface FtpWriterOptions {
  readonly lease: () => Promise<Lease>;
  /** At the server. */
  readonly path: string;
  /** What has the name before. */
  readonly before: FtpUploadOptions["before"];
  readonly append: boolean;
  readonly signal: AbortSignal;
  readonly explain: (error: unknown) => Promise<unknown>;
  readonly finishing: Map<string, Finishing>;
  /** The server took another one a moment ago: one that reads in order gets the bytes before its word is there, and a later call reports a refusal. */
  readonly isExpected: boolean;
  /** The server has begun to take the file. */
  readonly onTaken: () => void;
  /** What is known of the files is not true any more. */
  readonly onChange: () => void;
}

interface Running {
  readonly lease: Lease;
  readonly upload: FtpUpload;
  readonly done: Promise<void>;
}

/** `write` resolves when little is waiting; that the server refused is thrown by the next call, `finish` at the latest. */
export class FtpWriter implements FileWriter, Finishing {
  readonly #options: FtpWriterOptions;
  readonly #stop: LinkedAbort;
  readonly #later: ((client: FtpClient) => Promise<void>)[] = [];
  #running: Running | undefined;
  #isOver = false;

  constructor(options: FtpWriterOptions) {
    this.#options = options;
    this.#stop = new LinkedAbort(options.signal);
    options.finishing.set(options.path, this);
  }

  afterwards(work: (client: FtpClient) => Promise<void>): void {
    this.#later.push(work);
  }

  /** The server has begun to take the file, or is expected to. Throws what it refuses. */
  async begin(): Promise<Running> {
    if (this.#running !== undefined) return this.#running;
    const { path, before, append, signal, isExpected, onTaken } = this.#options;
    try {
      const lease = await this.#options.lease();
      this.#options.onChange();
      const began = new Deferred();
      const { client } = lease;
      const upload = new FtpUpload({
        client,
        path,
        before,
        append,
        signal: this.#stop.signal,
        onAnnounced: () => {
          onTaken();
          began.resolve();
        },
      });
      const done = upload.run();
      done.catch(() => {}); // told by the call that waits for it
      this.#running = { lease, upload, done };
      // pyftpdlib drops a data connection whose bytes and end come before it has read STOR.
      const mayFollow = isExpected && readsInOrder(client);
      if (!mayFollow) await raceAbort(Promise.race([began.promise, done]), signal);
      return this.#running;
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    this.#assertOpen();
    const running = await this.begin();
    for (const piece of pieces) {
      await this.#room(running);
      running.upload.push(piece);
    }
    await this.#room(running);
  }

  async finish(): Promise<void> {
    this.#assertOpen();
    const { upload, done, lease } = await this.begin();
    this.#isOver = true;
    upload.end();
    try {
      await raceAbort(done, this.#options.signal);
      for (const work of this.#later) await work(lease.client);
    } catch (error) {
      throw await this.#failure(error);
    } finally {
      this.#end();
    }
  }

  /** Without `finish` what has gone over is there. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#stop.abort(new SallyportError("CLOSED", "the upload was given up"));
    await this.#running?.done.catch(() => {});
    this.#end();
  }

  /** Waits while much is waiting; a failed upload fails it. */
  async #room({ upload, done }: Running): Promise<void> {
    try {
      while (!upload.hasRoom) {
        const failed = done.then(() => upload.changed);
        await raceAbort(Promise.race([upload.changed, failed]), this.#options.signal);
      }
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  #end(): void {
    const { finishing, path, onChange } = this.#options;
    onChange();
    this.#stop.release();
    if (finishing.get(path) === this) finishing.delete(path);
    this.#running?.lease.release();
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

// A download as a Node stream.
import { Readable } from "node:stream";
import { Deferred } from "../platform/deferred.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { Sink } from "./receive-data.ts";
import type { TransferResult } from "./transfer-options.ts";

/** Ends only when the server has confirmed the file and it was verified; anything else destroys it with the error. */
export class DownloadStream extends Readable implements Sink {
  /** How the transfer went. Rejects as the stream does; that alone ends no program. */
  readonly result: Promise<TransferResult>;
  readonly #stop: AbortController = new AbortController();
  readonly #begun = new Deferred();
  #ready: () => void = () => {};

  /** `run` is called when somebody begins to read. */
  constructor(run: (sink: Sink, signal: AbortSignal) => Promise<TransferResult>) {
    super({ highWaterMark: limits.streamBufferBytes });
    this.result = this.#begun.promise.then(() => run(this, this.#stop.signal));
    this.result.then(
      () => this.push(null),
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error), { cause: error })),
    );
  }

  write(chunk: Uint8Array): boolean {
    return this.push(chunk);
  }

  whenReady(callback: () => void): void {
    this.#ready = callback;
  }

  override _read(): void {
    this.#begun.resolve();
    const ready = this.#ready;
    this.#ready = () => {};
    ready();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#stop.abort(error ?? new SallyportError("CLOSED", "the download was not read to its end"));
    this.#begun.resolve();
    done(error);
  }
}

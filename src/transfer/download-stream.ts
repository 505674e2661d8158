// A download as a Node stream, over FTP and SFTP alike.

import { Readable } from "node:stream";
import { refuseAsciiParts } from "../client/download.ts";
import type { Sink } from "../client/receive-data.ts";
import type { DownloadOptions, SourceFacts, Transferred } from "../client/transfer-options.ts";
import { planVerification } from "../client/verification.ts";
import { withRetries } from "../client/with-retries.ts";
import { LinkedAbort } from "../platform/abort.ts";
import { Deferred } from "../platform/deferred.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { printable } from "../protocol/printable.ts";
import type { FileAttempts } from "./file-attempts.ts";

/** Ends only when the server has confirmed the file and it was verified; anything else destroys it with the error. */
export class DownloadStream<R extends Transferred> extends Readable implements Sink {
  /** How the transfer went. Rejects as the stream does; that alone ends no program. */
  readonly result: Promise<R>;
  readonly #stop: AbortController = new AbortController();
  readonly #begun = new Deferred();
  #ready: () => void = () => {};

  /** `run` is called when somebody begins to read. */
  constructor(run: (sink: Sink, signal: AbortSignal) => Promise<R>) {
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

export interface OpenDownloadOptions extends DownloadOptions {
  /**
   * With `retries`: the bytes of the size that the server reports have come, and behind them the end of the data in order. The server's last word is
   * outstanding, and nothing is tried again.
   */
  readonly onWhole?: () => void;
}

/** The stream of a session's `download`. With `retries` a transfer that broke goes on at the byte that is missing. */
export function openDownload<R extends Transferred>(
  attempts: FileAttempts<R>,
  path: string,
  options: OpenDownloadOptions,
): DownloadStream<R> {
  return new DownloadStream(async (sink, stop) => {
    const { offset = 0, retries = 0, type = "binary", onDataComplete, onProgress } = options;
    const what = `could not download "${printable(path, 200)}"`;
    refuseAsciiParts(what, options, offset > 0);
    const whole = planVerification(attempts.hashes, options);
    // A checksum needs the bytes before as well.
    const check = offset === 0 ? whole : { ...whole, hash: undefined };
    let at = offset;
    let isWhole = false;
    const onWhole = (): void => {
      isWhole = options.onWhole !== undefined;
      options.onWhole?.();
    };
    const mayHelp = (): boolean => !isWhole;
    let known: SourceFacts | undefined;
    const onFacts = (facts: SourceFacts): void => {
      if (known === undefined) options.onFacts?.(facts);
      known ??= facts;
    };
    const counted: Sink = {
      write: (chunk) => {
        at += chunk.length;
        return sink.write(chunk);
      },
      whenReady: (callback) => sink.whenReady(callback),
    };
    const common = { path, sink: counted, type, check, ...definedProps({ onProgress }) };
    const either = new LinkedAbort(options.signal, stop);
    const work = attempts.inTurn(either.signal, retries > 0, (receive, both) =>
      withRetries({ retries, clock: attempts.clock, signal: both, note: attempts.note, mayHelp }, async (before) => {
        const from = at;
        const result = await receive({
          ...common,
          offset: from,
          signal: both,
          ...definedProps({ known: from > offset ? known : undefined }),
          ...(retries > 0 || options.onFacts !== undefined ? { onFacts } : {}),
          ...definedProps({ onDataComplete: retries > 0 ? onWhole : onDataComplete }),
        });
        return { ...result, bytes: from - offset + result.bytes, attempts: before + 1 };
      }),
    );
    return await work.finally(() => either.release());
  });
}

// An upload over FTP that outlives its session: the end of what was sent is kept, SIZE tells where it is resumed, and its last bytes whether it is ours.
import { requireHolder } from "../client/client-calls.ts";
import { compareBytes, compareTail } from "../client/compare-tail.ts";
import type { FtpClient } from "../client/ftp-client.ts";
import type { SourceFacts } from "../client/transfer-options.ts";
import { refusesAppend, upload } from "../client/upload.ts";
import { withRetries } from "../client/with-retries.ts";
import { fsError } from "../filesystem/fs-error.ts";
import { RetainedBytes } from "../gateway/retained-bytes.ts";
import { raceAbort } from "../platform/abort.ts";
import { Deferred } from "../platform/deferred.ts";
import type { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { ftpAttempts } from "../transfer/file-attempts.ts";
import { bytesAt, identify } from "../transfer/identify.ts";
import { isUntouched } from "../transfer/resume-rule.ts";

export interface FtpUploadOptions {
  readonly client: FtpClient;
  /** At the server. */
  readonly path: string;
  /** What has the name before; "unknown": nobody has looked, and it is asked for with the transfer. */
  readonly before: SourceFacts | "nothing" | "unknown";
  readonly append: boolean;
  readonly signal: AbortSignal;
  /** The server takes the file. */
  readonly onAnnounced: () => void;
}

/** Bytes are pushed while it runs; `hasRoom` and `changed` are for whoever pushes. */
export class FtpUpload {
  readonly #options: FtpUploadOptions;
  readonly #kept: RetainedBytes = new RetainedBytes(limits.bridgeKeptBytes);
  /** How much of it the data connection has. */
  #taken = 0;
  #before: FtpUploadOptions["before"];
  #isAtEnd = false;
  #hasBegun = false;
  #changed: Deferred = new Deferred();

  constructor(options: FtpUploadOptions) {
    this.#options = options;
    this.#before = options.before;
  }

  /** Little is waiting. */
  get hasRoom(): boolean {
    return this.#kept.range.end - this.#taken <= limits.bridgeWriteAheadBytes;
  }

  /** Resolves when bytes were taken, or pushed. */
  get changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** Copies. Only while there is room: what waits must not be forgotten. */
  push(bytes: Uint8Array): void {
    this.#kept.push(bytes);
    this.#wake();
  }

  end(): void {
    this.#isAtEnd = true;
    this.#wake();
  }

  /** Resolves when the server has confirmed the file. Throws `FTP_*`, `NET_*`; `FS_FAILED` where it cannot be resumed; the signal's reason. */
  async run(): Promise<void> {
    const { client, signal } = this.#options;
    const { clock, keep, note } = ftpAttempts(client);
    const mayHelp = (error: SallyportError): boolean => this.#hasBegun && isLoss(error);
    await keep(() =>
      withRetries({ retries: limits.bridgeFtpRetries, clock, signal, note, mayHelp }, (earlier) =>
        earlier === 0 ? this.#send(0) : this.#resume(),
      ),
    );
  }

  async #send(at: number): Promise<void> {
    const { client, path, append, signal, onAnnounced } = this.#options;
    const had = append ? sizeOf(this.#before) : 0;
    const onBefore = (facts: SourceFacts): void => {
      this.#before = facts;
    };
    await upload(requireHolder(client), {
      path,
      seekable: false,
      open: () => this.#pieces(at),
      ...(had === undefined ? {} : { before: had + at }),
      ...(this.#before === "unknown" ? { onBefore } : {}),
      options: {
        append: append || at > 0,
        signal,
        onAnnounced: () => {
          this.#hasBegun = true;
          onAnnounced();
        },
      },
    });
  }

  async #resume(): Promise<void> {
    const { client, path, append, signal } = this.#options;
    const at = await this.#found(await identify(client, path, { signal }));
    try {
      await this.#send(at);
    } catch (error) {
      const isKeptWhole = this.#kept.range.first === 0 && !append;
      if (at === 0 || !isKeptWhole || !refusesAppend(error)) throw error;
      await this.#send(0);
    }
  }

  /** How much of the file the server has, which must be what was sent. Throws `FS_FAILED`. */
  async #found(now: SourceFacts): Promise<number> {
    const { client, path, append, signal } = this.#options;
    const before = this.#before;
    const { first } = this.#kept.range;
    const base = append ? sizeOf(before) : 0;
    // Servers with atomic uploads keep the old file until the new one is whole.
    const isGone = now.size === undefined || (!append && isUntouched(before, now));
    if (base === undefined || (append && now.size === undefined)) throw this.#failure("reports no size");
    const at = isGone || now.size === undefined ? 0 : now.size - base;
    if (at < 0 || at > this.#taken) throw this.#failure(`has ${now.size} bytes of it, and ${this.#taken} were sent`);
    if (at - Math.min(at, compareBytes) < first)
      throw this.#failure(`has ${at} bytes of it, and the next are not kept`);
    const there = bytesAt(client, path, signal);
    const tail = await compareTail(
      (offset) => there(base + offset),
      (offset) => this.#kept.from(offset),
      at,
      signal,
    );
    if (tail === "same") return at;
    throw this.#failure(tail === "different" ? "has another file by now" : "does not let its last bytes be read");
  }

  #failure(why: string): SallyportError {
    const { path } = this.#options;
    return fsError(
      "FS_FAILED",
      path,
      undefined,
      `the FTP session was lost, and the upload cannot be resumed: the server ${why}`,
    );
  }

  async *#pieces(from: number): AsyncGenerator<Uint8Array> {
    this.#taken = from;
    for (;;) {
      const { first, end } = this.#kept.range;
      if (this.#taken < first) throw this.#failure("has less of it than is kept");
      if (this.#taken === end) {
        if (this.#isAtEnd) return;
        await raceAbort(this.#changed.promise, this.#options.signal);
        continue;
      }
      for (const piece of this.#kept.from(this.#taken)) {
        this.#taken += piece.length;
        this.#wake();
        yield piece;
      }
    }
  }

  #wake(): void {
    const { resolve } = this.#changed;
    this.#changed = new Deferred();
    resolve();
  }
}

function sizeOf(facts: FtpUploadOptions["before"]): number | undefined {
  if (facts === "unknown") return undefined;
  return facts === "nothing" ? 0 : facts.size;
}

/** Of the session or of its data connection; what else a server says it would say again. */
function isLoss({ code, details }: SallyportError): boolean {
  return code !== "FTP_REPLY_TRANSIENT" || details.reply === 426 || details.reply === 421;
}

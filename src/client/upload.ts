// What a source gives, from here to the server; the attempts of a source that can be read again.

import { makeDigest } from "../platform/digest.ts";
import { toNetworkLines } from "../protocol/ascii.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import { printable } from "../protocol/printable.ts";
import { offeredHashes } from "./checksum.ts";
import { flow, refuseAsciiParts, releaseControl } from "./download.ts";
import type { UploadSource } from "./ftp-client.ts";
import { sendData } from "./send-data.ts";
import { mayHave, notify, type Session, wireName } from "./session.ts";
import type { SessionHolder } from "./session-holder.ts";
import { runTransfer } from "./transfer.ts";
import type { SourceFacts, TransferResult, UploadOptions } from "./transfer-options.ts";
import {
  compare,
  factsThere,
  planVerification,
  reportedSize,
  sizeThere,
  type Verification,
  verify,
} from "./verification.ts";
import { type Holder, overSession, withRetries } from "./with-retries.ts";
import { withName } from "./working-directory.ts";

export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface UploadOrder {
  readonly path: string;
  /** The bytes of the source from there on. Called once for each attempt. */
  readonly open: (offset: number) => Chunks;
  /** A piece is not needed any more, and may be changed. */
  readonly giveBack?: (piece: Uint8Array) => void;
  /** Whether `open` can begin anywhere, and more than once. */
  readonly seekable: boolean;
  /** Bytes of the source, where it is known. */
  readonly size?: number | undefined;
  /** Bytes that the file has before, where they are known. */
  readonly before?: number;
  /** Told what has the name, as far as the server reports it; asked for in one flight with the transfer. */
  readonly onBefore?: (facts: SourceFacts) => void;
  readonly options: UploadOptions;
}

/** What of the source is at the server. */
interface Sent {
  bytes: number;
  /** With what is on its way. */
  offered: number;
  moved: number;
}

/** In its turn. Resolves when the server has confirmed it, and what can be compared agrees. */
export function upload(holder: SessionHolder, order: UploadOrder): Promise<TransferResult> {
  const { signal, retries = 0 } = order.options;
  return holder.transfer(
    signal,
    (_, both, release) => new Upload(holder, order, both, release).run(),
    retries > 0,
    "anywhere",
  );
}

class Upload {
  readonly #holder: Holder;
  readonly #order: UploadOrder;
  readonly #signal: AbortSignal;
  readonly #release: () => void;
  readonly #what: string;
  readonly #check: Verification;
  readonly #sent: Sent = { bytes: 0, offered: 0, moved: 0 };
  readonly #append: boolean;
  /** Bytes that the server's file had before. */
  #before = 0;
  #isOpened = false;

  constructor(holder: Holder, order: UploadOrder, signal: AbortSignal, release: () => void) {
    this.#holder = holder;
    this.#order = order;
    this.#signal = signal;
    this.#release = release;
    this.#append = order.options.append === true;
    this.#what = `could not upload "${printable(order.path, 200)}"`;
    wireName(holder.session, order.path);
    refuseAsciiParts(this.#what, order.options, false);
    const check = planVerification(offeredHashes(holder.session), order.options);
    this.#check = { ...check, size: check.size && mayHave(holder.session, "SIZE") };
  }

  async run(): Promise<TransferResult> {
    const { seekable, options, before } = this.#order;
    if (this.#append && this.#check.size) this.#before = before ?? (await this.#sizeBefore());
    const { clock } = this.#holder.session.environment;
    const note = (text: string): void => notify(this.#holder.session, text);
    const retries = seekable ? (options.retries ?? 0) : 0;
    return await withRetries({ retries, clock, signal: this.#signal, note }, (earlier) =>
      overSession(
        this.#holder,
        this.#signal,
        (session) => this.#named(session, (name) => this.#attempt(session, name, earlier)),
        () => seekable || !this.#isOpened,
      ),
    );
  }

  #named<T>(session: Session, work: (name: string) => Promise<T>): Promise<T> {
    return withName(session, { path: this.#order.path, signal: this.#signal }, work);
  }

  async #sizeBefore(): Promise<number> {
    const { session } = this.#holder;
    return (await this.#named(session, (name) => sizeThere(session, name))) ?? 0;
  }

  async #attempt(session: Session, name: string, earlier: number): Promise<TransferResult> {
    const sent = this.#sent;
    const mine = sent.offered;
    sent.bytes = earlier > 0 ? await this.#alreadyThere(session, name) : 0;
    // More than was sent is from elsewhere: servers with atomic uploads keep the old file until the new one is whole.
    if (!this.#append && sent.bytes > mine) sent.bytes = 0;
    const { options, giveBack, onBefore } = this.#order;
    if (onBefore !== undefined) {
      const told = factsThere(session, name).then(onBefore);
      if (session.options.pipeline === false || !session.modes.proven) await told;
    }
    const whole = sent.bytes === 0 && !this.#append;
    const hash = whole ? begun(this.#check.hash) : undefined;
    const check = { ...this.#check, hash };
    let reported: Promise<number | undefined> | undefined;
    const { how } = await runTransfer(session, {
      verb: this.#append || sent.bytes > 0 ? "APPE" : "STOR",
      argument: wireName(session, name),
      what: this.#what,
      direction: "upload",
      type: options.type === "ascii" ? "A" : "I",
      offset: 0,
      signal: this.#signal,
      ...definedProps({ onAnnounced: options.onAnnounced }),
      carry: (data, stop) => {
        this.#isOpened = true;
        // Converted pieces are others.
        return sendData(
          data,
          this.#pieces(hash),
          { ...flow(session), signal: stop },
          options.type === "ascii" ? undefined : giveBack,
        );
      },
      onDataComplete: () => {
        if ((options.retries ?? 0) > 0 || hash !== undefined) return;
        // Pipelined with what the next call begins with.
        reported = check.size ? reportedSize(session, name) : Promise.resolve(undefined);
        reported.catch(() => {});
        releaseControl(this.#release, options);
      },
    });
    const have = this.#before + sent.bytes;
    const about = { path: name, what: this.#what, have, whole, direction: "upload" } as const;
    const verified = await (reported === undefined
      ? verify(session, about, check, undefined)
      : compare(session, about, check, await reported));
    return { bytes: sent.moved, verified, mode: session.modes.mode, how, attempts: earlier + 1 };
  }

  /** Bytes of the source that the server has already. Throws when it has more than there is, for then it is another file. */
  async #alreadyThere(session: Session, name: string): Promise<number> {
    const there = (await sizeThere(session, name)) ?? 0;
    const bytes = there - this.#before;
    const { size } = this.#order;
    if (bytes >= 0 && (size === undefined || bytes <= size)) return bytes;
    const message = `${this.#what}: the server's file has ${there} bytes, more than there are here`;
    throw new SallyportError("FTP_VERIFY", message, { hint: "It is another file; upload it again, without resume." });
  }

  /** The source, counted, checked and converted on its way. */
  async *#pieces(hash: Verification["hash"]): AsyncGenerator<Uint8Array> {
    const { open, options, size } = this.#order;
    const sent = this.#sent;
    const lines = options.type === "ascii" ? toNetworkLines() : undefined;
    for await (const piece of open(sent.bytes)) {
      const chunk = lines === undefined ? piece : lines.convert(piece);
      hash?.digest.update(chunk);
      sent.offered = sent.bytes + chunk.length;
      yield chunk;
      sent.bytes += chunk.length;
      sent.moved += chunk.length;
      options.onProgress?.({ bytes: sent.bytes, size });
    }
  }
}

/** An attempt that broke has left its bytes in the digest. */
const begun = (hash: Verification["hash"]): Verification["hash"] =>
  hash === undefined ? undefined : { ...hash, digest: makeDigest(hash.name) };

/** The same of what the caller of the client gives. */
export function uploadSource(
  holder: SessionHolder,
  source: UploadSource,
  path: string,
  options: UploadOptions,
): Promise<TransferResult> {
  const size = source instanceof Uint8Array ? source.length : undefined;
  const seekable = source instanceof Uint8Array || typeof source === "function";
  const open = (offset: number): Chunks => {
    if (source instanceof Uint8Array) return [source.subarray(offset)];
    return typeof source === "function" ? source(offset) : source;
  };
  return upload(holder, { path, open, seekable, size, options });
}

// What a source gives, from here to the server; the attempts of a source that can be read again.

import { makeDigest } from "../platform/digest.ts";
import { toNetworkLines } from "../protocol/ascii.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { printable } from "../protocol/printable.ts";
import { offeredHashes } from "./checksum.ts";
import { type Chunks, compareTail } from "./compare-tail.ts";
import { flow, receiveByName, refuseAsciiParts, releaseControl } from "./download.ts";
import type { UploadSource } from "./ftp-client.ts";
import { Outgoing, type Pieces, sendData } from "./send-data.ts";
import { mayHave, notify, type Session, wireName } from "./session.ts";
import type { SessionHolder } from "./session-holder.ts";
import { runTransfer } from "./transfer-attempts.ts";
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
  /** The server has said that it takes it: what was sent may be in the file. */
  #isAnnounced = false;
  /** The server takes what is missing (APPE). */
  #mayResume = true;

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
    const attempt = (earlier: number): Promise<TransferResult> =>
      overSession(
        this.#holder,
        this.#signal,
        (session) => this.#named(session, (name) => this.#attempt(session, name, earlier)),
        () => seekable || !this.#isOpened,
      );
    if (retries === 0) return await attempt(0);
    return await withRetries({ retries, clock, signal: this.#signal, note }, attempt);
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
    sent.bytes = earlier > 0 && this.#mayResume ? await this.#alreadyThere(session, name, mine) : 0;
    const from = sent.bytes;
    this.#isAnnounced = false;
    try {
      return await this.#send(session, name, earlier);
    } catch (error) {
      if (this.#append || from === 0 || this.#isAnnounced || !refusesAppend(error)) throw error;
      this.#mayResume = false;
      return await this.#attempt(session, name, earlier);
    }
  }

  async #send(session: Session, name: string, earlier: number): Promise<TransferResult> {
    const sent = this.#sent;
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
      onAnnounced: () => {
        this.#isAnnounced = true;
        options.onAnnounced?.();
      },
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

  /**
   * Bytes of the source that the server has already; 0 where it has another file: with atomic uploads the old one keeps its name until the
   * new one is whole. Throws where that cannot be replaced, since it was to be added to.
   */
  async #alreadyThere(session: Session, name: string, offered: number): Promise<number> {
    const there = (await sizeThere(session, name)) ?? 0;
    const bytes = there - this.#before;
    const { size = offered, open } = this.#order;
    const read = (offset: number): Chunks => this.#readBack(session, name, this.#before + offset, bytes - offset);
    const isOurs =
      bytes >= 0 &&
      bytes <= Math.min(size, offered) &&
      (await compareTail(read, open, bytes, this.#signal)) !== "different";
    if (isOurs) return bytes;
    if (!this.#append) {
      notify(
        session,
        `the server has another file under the name; ${printable(this.#order.path, 200)} is sent again from the beginning`,
      );
      return 0;
    }
    const message = `${this.#what}: the server's file has ${there} bytes, which are not what was sent`;
    throw new SallyportError("FTP_VERIFY", message, { hint: "It is another file; upload it again, without resume." });
  }

  /** Within this turn. More than `count` bytes are another file's, and are not waited for. */
  async *#readBack(session: Session, name: string, offset: number, count: number): AsyncGenerator<Uint8Array> {
    const pieces: Uint8Array[] = [];
    const stop = new AbortController();
    let have = 0;
    const sink = {
      write(chunk: Uint8Array): boolean {
        have += chunk.length;
        if (have > count) stop.abort(new Error("it has more"));
        else pieces.push(chunk.slice());
        return true;
      },
      whenReady: () => {},
    };
    const signal = AbortSignal.any([this.#signal, stop.signal]);
    const check = { size: false, exact: false, hash: undefined };
    await receiveByName(session, name, { path: name, sink, offset, check, signal }, () => {}).catch(
      (error: unknown) => {
        if (!stop.signal.aborted) throw error;
      },
    );
    if (!stop.signal.aborted) yield* pieces;
  }

  /** The source, counted, checked and converted on its way. */
  #pieces(hash: Verification["hash"]): Pieces {
    const lines = this.#order.options.type === "ascii" ? toNetworkLines() : undefined;
    const offered = (piece: Uint8Array): Uint8Array => {
      const chunk = lines === undefined ? piece : lines.convert(piece);
      hash?.digest.update(chunk);
      this.#sent.offered = this.#sent.bytes + chunk.length;
      return chunk;
    };
    return new Outgoing(this.#order.open(this.#sent.bytes), offered, (bytes) => this.#moved(bytes));
  }

  #moved(bytes: number): void {
    const { options, size } = this.#order;
    this.#sent.bytes += bytes;
    this.#sent.moved += bytes;
    options.onProgress?.({ bytes: this.#sent.bytes, size });
  }
}

/** An attempt that broke has left its bytes in the digest. */
const begun = (hash: Verification["hash"]): Verification["hash"] =>
  hash === undefined ? undefined : { ...hash, digest: makeDigest(hash.name) };

/** Servers with atomic uploads, and those that their operator told so: ProFTPD's HiddenStores and AllowStoreRestart. */
export function refusesAppend(error: unknown): error is SallyportError {
  const codes = [451, 500, 501, 502, 504, 550, 551];
  return isSallyportError(error) && error.code.startsWith("FTP_REPLY_") && codes.includes(error.details.reply ?? 0);
}

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

// A file at the server that is open for writing: many requests are on their way at the same time.
import { raceAbort } from "../../platform/abort.ts";
import type { FileUpdater, FileWriter } from "../../platform/file-system.ts";
import { isSallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { statusCodes } from "../../ssh/sftp/wire/message-types.ts";
import type { Reply } from "../../ssh/sftp/wire/replies.ts";
import { type Request, requests } from "../../ssh/sftp/wire/requests.ts";
import { fsError } from "../fs-error.ts";
import { flagsOf, type RemoteHandle } from "./sftp-calls.ts";

/**
 * `write` resolves when the bytes are on their way; that a server refused them is thrown by the next call, `finish` at the
 * latest.
 */
export class SftpWriter implements FileWriter {
  #file: SftpUpdater;
  readonly #start: number;
  #position: number;
  /** The old file has more than what it begins with. It goes with the first write or the end, not before. */
  #mustCut: boolean;

  constructor(handle: RemoteHandle, position: number, mustCut: boolean, signal: AbortSignal) {
    this.#file = new SftpUpdater(handle, signal);
    this.#start = position;
    this.#position = position;
    this.#mustCut = mustCut;
  }

  /** Every byte before this one is at the server. */
  get acknowledged(): number {
    return this.#file.acknowledged ?? this.#start;
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    if (pieces.length === 0) return;
    await this.#cut();
    const from = this.#position;
    this.#position += pieces.reduce((sum, piece) => sum + piece.length, 0);
    await this.#file.writePieces(from, pieces);
  }

  async finish(): Promise<void> {
    await this.#cut();
    await this.#file.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }

  async #cut(): Promise<void> {
    if (!this.#mustCut) return;
    this.#mustCut = false;
    try {
      await this.#file.truncate(this.#position);
    } catch (error) {
      // Some let nobody set a size, and empty a file at its opening all the same.
      if (this.#position > 0 || !isSallyportError(error) || !error.code.startsWith("FS_")) throw error;
      this.#file = await this.#file.openEmpty();
    }
  }
}

export class SftpUpdater implements FileUpdater {
  readonly #handle: RemoteHandle;
  readonly #signal: AbortSignal;
  readonly #queue: WriteQueue;
  #isOver = false;

  constructor(handle: RemoteHandle, signal: AbortSignal) {
    this.#handle = handle;
    this.#signal = signal;
    this.#queue = new WriteQueue(handle, signal);
  }

  /** Where the first write that is not acknowledged begins, or the last one ends; undefined before the first. */
  get acknowledged(): number | undefined {
    return this.#queue.acknowledged;
  }

  writeAt(offset: number, bytes: Uint8Array): Promise<void> {
    return this.writePieces(offset, [bytes]);
  }

  async writePieces(offset: number, pieces: readonly Uint8Array[]): Promise<void> {
    this.#assertOpen();
    await this.#queue.write(offset, pieces);
  }

  async truncate(bytes: number): Promise<void> {
    this.#assertOpen();
    await this.#queue.settle(); // what was written before lies where the cut is
    this.#queue.follow(requests.fsetstat(this.#handle.id, { size: bytes }));
    await this.#queue.settle();
  }

  /** The same file, opened once more with nothing in it. */
  async openEmpty(): Promise<SftpUpdater> {
    await this[Symbol.asyncDispose]();
    const { session, path } = this.#handle;
    const about = { path, doing: "write" } as const;
    return new SftpUpdater(await session.open(path, flagsOf.replace, about, this.#signal), this.#signal);
  }

  async finish(): Promise<void> {
    this.#assertOpen();
    this.#isOver = true;
    if (this.#handle.session.features.fsync) this.#queue.follow(requests.fsync(this.#handle.id));
    await this.#queue.settle();
    await this.#handle.close(this.#signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#handle[Symbol.asyncDispose]();
  }

  #assertOpen(): void {
    if (this.#isOver) throw fsError("FS_FAILED", this.#handle.path, undefined, "the file is closed");
  }
}

interface Pending {
  readonly offset: number;
  readonly bytes: number;
  readonly reply: Promise<Reply<"status">>;
  /** The server has it. */
  isAcknowledged: boolean;
}

/** The first one that failed fails whatever comes after it. */
export class WriteQueue {
  readonly #handle: RemoteHandle;
  readonly #signal: AbortSignal;
  readonly #pending: Pending[] = [];
  #bytes = 0;
  /** Of the last write that was asked for. */
  #end: number | undefined;

  constructor(handle: RemoteHandle, signal: AbortSignal) {
    this.#handle = handle;
    this.#signal = signal;
  }

  /** Of writes that go from start to end. */
  get acknowledged(): number | undefined {
    return this.#pending.find(({ bytes, isAcknowledged }) => bytes > 0 && !isAcknowledged)?.offset ?? this.#end;
  }

  /** Resolves when the system has taken the bytes, and no more than the limit is unanswered. */
  async write(offset: number, pieces: readonly Uint8Array[]): Promise<void> {
    let at = offset;
    let taken: Promise<void> | undefined;
    for (const data of portions(pieces, this.#handle.session.features.writeBytes)) {
      const bytes = data.reduce((sum, piece) => sum + piece.length, 0);
      await this.#settle(limits.sftpPipelineBytes - bytes);
      taken = this.#ask(requests.write(this.#handle.id, at, data), at, bytes);
      at += bytes;
      this.#end = at;
    }
    // Taken in order, so the last one is enough; not when the channel is gone, and then the reply tells.
    if (taken !== undefined) await this.#taken(taken);
  }

  /** After what was written before, and before what comes. Its answer is awaited with theirs. */
  follow(request: Request<"status">): void {
    void this.#ask(request, 0, 0);
  }

  /** Everything is answered. Throws `FS_*`, SSH_*, NET_*, the signal's reason. */
  async settle(): Promise<void> {
    while (this.#pending.length > 0) await this.#first();
  }

  async #settle(bytesMax: number): Promise<void> {
    this.#signal.throwIfAborted();
    while (this.#pending.length > 0 && this.#bytes > bytesMax) await this.#first();
  }

  #ask(request: Request<"status">, offset: number, bytes: number): Promise<void> {
    const { reply, taken } = this.#handle.session.client.ask(request);
    const pending: Pending = { offset, bytes, reply, isAcknowledged: false };
    this.#pending.push(pending);
    reply.then(
      ({ code }) => {
        pending.isAcknowledged = code === statusCodes.ok;
      },
      () => {}, // whoever settles it learns
    );
    this.#bytes += bytes;
    return taken;
  }

  async #first(): Promise<void> {
    const [first] = this.#pending;
    if (first === undefined) return;
    const { session, path } = this.#handle;
    const reply = await raceAbort(first.reply, this.#signal);
    if (reply.code !== statusCodes.ok) {
      await session.answer(Promise.resolve(reply), { path, doing: "write" }, this.#signal);
    }
    this.#pending.shift();
    this.#bytes -= first.bytes;
  }

  async #taken(taken: Promise<void>): Promise<void> {
    await raceAbort(taken, this.#signal);
  }
}

/** The pieces in portions of at most `bytesMax`, without a copy. */
function* portions(pieces: readonly Uint8Array[], bytesMax: number): Generator<readonly Uint8Array[]> {
  let portion: Uint8Array[] = [];
  let room = bytesMax;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + room);
      portion.push(part);
      at += part.length;
      room -= part.length;
      if (room > 0) continue;
      yield portion;
      portion = [];
      room = bytesMax;
    }
  }
  if (portion.length > 0) yield portion;
}

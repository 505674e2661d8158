// A file at the server that is open for writing: many requests are on their way at the same time.
import { raceAbort } from "../../platform/abort.ts";
import type { FileUpdater, FileWriter } from "../../platform/file-system.ts";
import { isSallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { statusCodes } from "../../ssh/sftp/wire/message-types.ts";
import type { Reply } from "../../ssh/sftp/wire/replies.ts";
import { type Request, requests } from "../../ssh/sftp/wire/requests.ts";
import { fsError } from "../fs-error.ts";
import { endAt } from "./file-end.ts";
import { flagsOf, type RemoteHandle } from "./sftp-calls.ts";

/** The same file, opened by further sessions at the same server. Disposal closes it there. */
export interface FileLanes extends AsyncDisposable {
  readonly handles: readonly RemoteHandle[];
}

/** Opens a file that is there by further sessions. Undefined where there is none to be had. Never rejects. */
export type OpenFileLanes = (path: string, signal: AbortSignal) => Promise<FileLanes | undefined>;

/**
 * Of an old file what it has behind the place where writing begins. `cut`: gone. `kept`: it is written behind that. `uncut`: it goes with the
 * first write or the end, not before. `unsure`: the server has told of none; some report every file as empty.
 */
export type OldEnd = "cut" | "kept" | "uncut" | "unsure";

/** What is written and where it begins. */
export interface SftpWriterOptions {
  readonly handle: RemoteHandle;
  readonly position: number;
  readonly oldEnd: OldEnd;
  readonly signal: AbortSignal;
  /** For a large file on a long line, where the server's window holds one session back. */
  readonly openLanes?: OpenFileLanes | undefined;
}

/**
 * `write` resolves when the bytes are on their way; that a server refused them is thrown by the next call, `finish` at the
 * latest.
 */
export class SftpWriter implements FileWriter {
  #file: SftpUpdater;
  readonly #start: number;
  readonly #options: SftpWriterOptions;
  #position: number;
  #oldEnd: OldEnd;
  #lanes: Promise<FileLanes | undefined> | undefined;
  /** Several sessions have written, so that the end of the file says nothing of what is before it. */
  #isSpread = false;
  #isOver = false;

  constructor(options: SftpWriterOptions) {
    const { handle, position, oldEnd, signal } = options;
    this.#file = new SftpUpdater(handle, signal);
    this.#options = options;
    this.#start = position;
    this.#position = position;
    this.#oldEnd = oldEnd;
  }

  /** Every byte before this one is at the server. */
  get acknowledged(): number {
    return this.#file.acknowledged ?? this.#start;
  }

  get mayHaveGaps(): boolean {
    return this.#isSpread;
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    if (pieces.length === 0) return;
    await this.#cut();
    const from = this.#position;
    this.#position += pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (this.#lanes === undefined && this.#position - this.#start > limits.sftpOneLaneBytes) this.#widen();
    await this.#file.writePieces(from, pieces);
  }

  async finish(): Promise<void> {
    await this.#cut();
    this.#isOver = true;
    const { handle, signal } = this.#options;
    const bytes = this.#position;
    const isUnsure = this.#oldEnd === "unsure";
    // Where nothing was written, the size that was told at the opening would be told again.
    const wroteNothing = bytes === this.#start;
    const check = wroteNothing ? requests.fsetstat(handle.id, { size: bytes }) : requests.fstat(handle.id);
    await this.#file.settleSpread();
    const [answer] = await Promise.all([this.#file.close(isUnsure ? check : undefined), this.#closeLanes()]);
    this.#isSpread = false;
    if (answer === undefined) return;
    const isEnd =
      answer.type === "attributes"
        ? answer.attributes.size === bytes
        : wroteNothing && answer.type === "status" && answer.code === statusCodes.ok;
    if (!isEnd) await endAt(handle.session, handle.path, bytes, signal);
  }

  /** What was left of a file by several sessions ends before its first gap, where the server can still be told. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    if (this.#isSpread && (await this.#file.cutToAcknowledged(this.#start))) this.#isSpread = false;
    await this.#closeLanes();
    await this.#file[Symbol.asyncDispose]();
  }

  #widen(): void {
    const { handle, signal, openLanes } = this.#options;
    const { client } = handle.session;
    // Requests that fill the line, in windows of sshd's, which are as large as our first.
    if (openLanes === undefined || client.pipelineBytes < 2 * limits.sshFirstWindowBytes) return;
    this.#lanes = openLanes(handle.path, signal).then((lanes) => {
      if (lanes === undefined || lanes.handles.length === 0 || this.#isOver) return lanes;
      this.#isSpread = true;
      this.#file.spread(lanes.handles);
      return lanes;
    });
  }

  async #closeLanes(): Promise<void> {
    await (await this.#lanes)?.[Symbol.asyncDispose]();
  }

  async #cut(): Promise<void> {
    if (this.#oldEnd !== "uncut") return;
    this.#oldEnd = "cut";
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

  /** What is written from now on goes by these ways, too. They stay the caller's. */
  spread(handles: readonly RemoteHandle[]): void {
    this.#queue.spread(handles);
  }

  /** What several sessions have written is there before any of them closes it. */
  async settleSpread(): Promise<void> {
    if (this.#queue.isSpread) await this.#queue.settle();
  }

  async truncate(bytes: number): Promise<void> {
    this.#assertOpen();
    await this.#queue.settle(); // what was written before lies where the cut is
    this.#queue.follow(requests.fsetstat(this.#handle.id, { size: bytes }));
    await this.#queue.settle();
  }

  /** Behind the last byte before which nothing is missing; false where that cannot be had. Waits for all that is on its way. Never rejects. */
  async cutToAcknowledged(start: number): Promise<boolean> {
    await this.#queue.answered();
    const { client } = this.#handle.session;
    const cut = client.ask(requests.fsetstat(this.#handle.id, { size: this.acknowledged ?? start }));
    return await cut.reply.then(
      ({ code }) => code === statusCodes.ok,
      () => false,
    );
  }

  /** The same file, opened once more with nothing in it. */
  async openEmpty(): Promise<SftpUpdater> {
    await this[Symbol.asyncDispose]();
    const { session, path } = this.#handle;
    const about = { path, doing: "write" } as const;
    return new SftpUpdater(await session.open(path, flagsOf.replace, about, this.#signal), this.#signal);
  }

  async finish(): Promise<void> {
    await this.close();
  }

  /**
   * The close is asked for with the last writes: requests of one file are carried out in their order (draft-ietf-secsh-filexfer-02, section 4.1).
   * Where several sessions write it, there is no such order. `check` goes
   * in the same flight, and its answer is returned, whatever it is.
   */
  async close(check?: Request): Promise<Reply | undefined> {
    this.#assertOpen();
    await this.settleSpread();
    this.#isOver = true;
    const { id, session } = this.#handle;
    const answer = check && session.client.ask(check).reply;
    if (session.features.fsync) this.#queue.follow(requests.fsync(id));
    const closed = this.#handle.close(this.#signal);
    closed.catch(() => {}); // what a write says goes before it
    await this.#queue.settle();
    await closed;
    return answer && (await raceAbort(answer, this.#signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#handle[Symbol.asyncDispose]();
  }

  #assertOpen(): void {
    if (this.#isOver) throw fsError("FS_FAILED", this.#handle.path, undefined, "the file is closed");
  }
}

/** One session's way to the file. */
interface Lane {
  readonly handle: RemoteHandle;
  /** Sent by it and not answered. */
  bytes: number;
}

interface Pending {
  readonly lane: Lane;
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
  readonly #first: Lane;
  #lanes: readonly Lane[];
  /** In the order of the file. */
  readonly #pending: Pending[] = [];
  #bytes = 0;
  /** Of the last write that was asked for. */
  #end: number | undefined;

  constructor(handle: RemoteHandle, signal: AbortSignal) {
    this.#handle = handle;
    this.#signal = signal;
    this.#first = { handle, bytes: 0 };
    this.#lanes = [this.#first];
  }

  /** Of writes that go from start to end. */
  get acknowledged(): number | undefined {
    return this.#pending.find(({ bytes, isAcknowledged }) => bytes > 0 && !isAcknowledged)?.offset ?? this.#end;
  }

  get isSpread(): boolean {
    return this.#lanes.length > 1;
  }

  spread(handles: readonly RemoteHandle[]): void {
    this.#lanes = [...this.#lanes, ...handles.map((handle) => ({ handle, bytes: 0 }))];
  }

  /** Resolves when the system has taken the bytes, and no more than the limit is unanswered. */
  async write(offset: number, pieces: readonly Uint8Array[]): Promise<void> {
    let at = offset;
    const taken: Promise<void>[] = [];
    for (const data of portions(pieces, this.#handle.session.features.writeBytes)) {
      const bytes = data.reduce((sum, piece) => sum + piece.length, 0);
      await this.#settle(limits.sftpPipelineBytes - bytes);
      const lane = this.#lanes.reduce((least, other) => (other.bytes < least.bytes ? other : least));
      const request = requests.write(lane.handle.id, at, data);
      // Taken in order by each, so its last one is enough.
      taken[this.#lanes.indexOf(lane)] = this.#ask(request, lane, at, bytes);
      at += bytes;
      this.#end = at;
    }
    for (const each of taken) if (each !== undefined) await raceAbort(each, this.#signal);
  }

  /** After what was written before, and before what comes. Its answer is awaited with theirs. */
  follow(request: Request<"status">): void {
    void this.#ask(request, this.#first, 0, 0);
  }

  /** Everything is answered. Throws `FS_*`, SSH_*, NET_*, the signal's reason. */
  async settle(): Promise<void> {
    while (this.#pending.length > 0) await this.#settleFirst();
  }

  /** As `settle`, whatever the answers are. Never rejects. */
  async answered(): Promise<void> {
    await Promise.allSettled(this.#pending.map(({ reply }) => reply));
  }

  async #settle(bytesMax: number): Promise<void> {
    this.#signal.throwIfAborted();
    while (this.#pending.length > 0 && this.#bytes > bytesMax) await this.#settleFirst();
  }

  #ask(request: Request<"status">, lane: Lane, offset: number, bytes: number): Promise<void> {
    const { reply, taken } = lane.handle.session.client.ask(request);
    const pending: Pending = { lane, offset, bytes, reply, isAcknowledged: false };
    this.#pending.push(pending);
    const answered = reply.then(
      ({ code }) => {
        pending.isAcknowledged = code === statusCodes.ok;
        lane.bytes -= bytes;
      },
      () => {}, // what settles it gets the error
    );
    this.#bytes += bytes;
    lane.bytes += bytes;
    // A channel that is gone takes nothing any more, and not every one says so.
    return Promise.race([taken, answered]);
  }

  async #settleFirst(): Promise<void> {
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

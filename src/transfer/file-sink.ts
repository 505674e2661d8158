// A file of this machine as the destination of a download: filled in its own buffers, written behind.

import { close, closeSync, openSync, writeSync, writev } from "node:fs";
import { promisify } from "node:util";
import type { Sink } from "../client/receive-data.ts";
import { translateFsError } from "../filesystem/fs-error.ts";
import { withoutFirst } from "../filesystem/local/local-files.ts";
import type { Clock } from "../platform/clock.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { printable } from "../protocol/printable.ts";
import { localSize, readLocal } from "./local-file.ts";

/** That the next downloads begin with: memory of their own is what the garbage collector is run for. */
const firstBuffers: Uint8Array[] = [];

/** Opened with the first bytes, or at the end of an empty file: a download that is refused destroys nothing. */
export class FileSink implements Sink {
  readonly #path: string;
  readonly #offset: number;
  readonly #clock: Clock;
  #descriptor: number | undefined;
  #at: number;
  /** Being filled: what is before `from` was taken to be written, and there is nothing behind `filled`. */
  #current: Uint8Array;
  #from = 0;
  #filled = 0;
  /** The first one that was filled. */
  #first: Uint8Array | undefined;
  readonly #own: Set<ArrayBufferLike> = new Set();
  readonly #free: Uint8Array[] = [];
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #failure: unknown;
  #ready: () => void = () => {};
  #cancel: (() => void) | undefined;

  constructor(path: string, offset: number, clock: Clock) {
    this.#path = path;
    this.#offset = offset;
    this.#at = offset;
    this.#clock = clock;
    // A small file should not cost a large buffer.
    this.#first = firstBuffers.pop() ?? Buffer.allocUnsafeSlow(limits.clientFirstBufferBytes);
    this.#current = this.#first;
  }

  room(): Uint8Array {
    return this.#current.subarray(this.#filled);
  }

  write(chunk: Uint8Array): boolean {
    if (this.#failure !== undefined) throw this.#failure;
    const here = chunk.buffer === this.#current.buffer && chunk.byteOffset === this.#current.byteOffset + this.#filled;
    if (here) this.#filled += chunk.length;
    if (!here || this.#filled === this.#current.length) this.#turn();
    if (!here) this.#wait(chunk);
    const bytes = this.#waitingBytes + this.#filled - this.#from;
    if (bytes >= limits.clientFilePieceBytes / 2) this.#writeOut();
    else this.#cancel ??= this.#clock.after(limits.clientGatherMs, () => this.#writeOut());
    return bytes < 2 * limits.clientFilePieceBytes;
  }

  whenReady(callback: () => void): void {
    this.#ready = callback;
    if (this.#writing === undefined) this.#wake();
  }

  /** All that came is in the file, which is closed. `whole`: an empty file is made as well. Throws `FS_*`. Idempotent. */
  close(whole: boolean): void | Promise<void> {
    this.#putAtOnce();
    const isClosed = this.#descriptor === undefined && this.#failure === undefined && this.#at > this.#offset;
    if (!isClosed) return this.#closeFile(whole);
    this.#end(whole);
  }

  async #closeFile(whole: boolean): Promise<void> {
    try {
      while (this.#failure === undefined && (this.#writing !== undefined || this.#any)) {
        this.#writeOut();
        await this.#writing;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (whole && this.#at === this.#offset) this.#open();
    } catch (error) {
      throw translateFsError(error, this.#path);
    } finally {
      this.#end(whole);
      const descriptor = this.#descriptor;
      this.#descriptor = undefined;
      if (descriptor !== undefined) await closeFile(descriptor);
    }
  }

  #end(whole: boolean): void {
    this.#cancel?.();
    // After a failure what still comes may be put into it.
    if (whole && this.#failure === undefined) this.#keepFirst();
  }

  /**
   * A small file that has all come. To open, write and close it in other threads costs four times what the kernel needs for that, and it
   * copies so few bytes into memory whatever the disk does.
   */
  #putAtOnce(): void {
    const hasBegun = this.#descriptor !== undefined || this.#writing !== undefined || this.#waitingBytes > 0;
    if (hasBegun || this.#failure !== undefined || this.#filled === this.#from) return;
    try {
      const descriptor = this.#open();
      while (this.#from < this.#filled) {
        const count = writeSync(descriptor, this.#current, this.#from, this.#filled - this.#from, this.#at);
        this.#from += count;
        this.#at += count;
      }
      this.#descriptor = undefined;
      closeSync(descriptor);
    } catch (error) {
      this.#failure = translateFsError(error, this.#path);
    }
  }

  #keepFirst(): void {
    if (this.#first !== undefined && firstBuffers.length < limits.clientPendingCompletionsMax)
      firstBuffers.push(this.#first);
    this.#first = undefined;
  }

  get #any(): boolean {
    return this.#waitingBytes > 0 || this.#filled > this.#from;
  }

  #wait(chunk: Uint8Array): void {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
  }

  /** What is in the buffer waits; the next bytes go into another one, if this is full. */
  #turn(): void {
    if (this.#filled > this.#from) this.#wait(this.#current.subarray(this.#from, this.#filled));
    this.#from = this.#filled;
    if (this.#filled < this.#current.length) return;
    this.#current = this.#free.pop() ?? Buffer.allocUnsafeSlow(limits.clientFilePieceBytes);
    this.#own.add(this.#current.buffer);
    this.#from = 0;
    this.#filled = 0;
  }

  #writeOut(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#writing !== undefined || !this.#any) return;
    if (this.#filled > this.#from) this.#turn();
    const pieces = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#writing = this.#put(pieces)
      .then(
        () => this.#giveBack(pieces),
        (error: unknown) => {
          this.#failure = translateFsError(error, this.#path);
        },
      )
      .then(() => {
        this.#writing = undefined;
        this.#wake();
        if (this.#waitingBytes >= limits.clientFilePieceBytes / 2) this.#writeOut();
      });
  }

  #wake(): void {
    const ready = this.#ready;
    this.#ready = () => {};
    ready();
  }

  /** Pieces are written in their order, so a buffer is free with the piece at its end. */
  #giveBack(pieces: readonly Uint8Array[]): void {
    for (const { buffer, byteOffset, length } of pieces) {
      const isLast = byteOffset + length === buffer.byteLength;
      if (isLast && this.#own.has(buffer)) this.#free.push(new Uint8Array(buffer));
    }
  }

  #open(): number {
    this.#descriptor ??= openSync(this.#path, this.#offset === 0 ? "w" : "r+");
    return this.#descriptor;
  }

  async #put(pieces: readonly Uint8Array[]): Promise<void> {
    const descriptor = this.#open();
    for (let rest = pieces; rest.length > 0; ) {
      const { bytesWritten } = await writePieces(descriptor, rest, this.#at);
      this.#at += bytesWritten;
      rest = withoutFirst(rest, bytesWritten);
    }
  }
}

// Descriptors: Node's FileHandle costs a small file more than the file itself.
const writePieces: typeof writev.__promisify__ = promisify(writev);
const closeFile: (descriptor: number) => Promise<void> = promisify(close);

/** A file of this machine that a download writes, or continues. */
export interface FileTarget {
  /** Bytes that are there and stay. */
  readonly there: number;
  /** From where on the server's file is wanted: the last bytes that are here come once more, and are compared. */
  readonly offset: number;
  readonly sink: Sink & Required<Pick<Sink, "room">>;
  /** All has come. Throws `FS_*`. At once with a small file. */
  finish(): void | Promise<void>;
  /** What has come stays. Never rejects. */
  giveUp(): Promise<void>;
}

/** From its beginning. */
export const newTarget = (path: string, clock: Clock): FileTarget => targetOf(new FileSink(path, 0, clock), 0, 0);

/** Behind what it has, of which the last `compareBytes` are compared. */
export async function resumedTarget(path: string, compareBytes: number, clock: Clock): Promise<FileTarget> {
  const there = await localSize(path);
  const offset = there - Math.min(there, compareBytes);
  const file = new FileSink(path, there, clock);
  const target = targetOf(file, there, offset);
  if (offset === there) return target;
  return { ...target, sink: new ComparingSink(file, await bytesOf(path, offset, there), path) };
}

const targetOf = (file: FileSink, there: number, offset: number): FileTarget => ({
  there,
  offset,
  sink: file,
  finish: () => file.close(true),
  giveUp: async () => {
    try {
      await file.close(false);
    } catch {
      // What broke the transfer is known.
    }
  },
});

async function bytesOf(path: string, from: number, to: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readLocal(path, from, to)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Throws `FTP_VERIFY` with the phase `resume` before anything else is written, or at the end: what is here is not the beginning of the file. */
class ComparingSink implements Sink {
  readonly #sink: Sink;
  readonly #name: string;
  #tail: Uint8Array;
  #scratch: Uint8Array | undefined;

  constructor(sink: Sink, tail: Uint8Array, name: string) {
    this.#sink = sink;
    this.#tail = tail;
    this.#name = name;
  }

  write(chunk: Uint8Array): boolean {
    const known = chunk.subarray(0, this.#tail.length);
    if (Buffer.compare(known, this.#tail.subarray(0, known.length)) !== 0) throw noBeginning(this.#name);
    this.#tail = this.#tail.subarray(known.length);
    return known.length === chunk.length || this.#sink.write(chunk.subarray(known.length));
  }

  whenReady(callback: () => void): void {
    this.#sink.whenReady(callback);
  }

  room(): Uint8Array {
    const room = this.#tail.length === 0 ? this.#sink.room?.() : undefined;
    if (room !== undefined) return room;
    this.#scratch ??= Buffer.allocUnsafe(65_536);
    return this.#scratch;
  }

  end(): void {
    if (this.#tail.length > 0) throw noBeginning(this.#name);
  }
}

function noBeginning(name: string): SallyportError {
  return new SallyportError("FTP_VERIFY", `${printable(name, 200)} is not the beginning of the server's file`, {
    details: { phase: "resume" },
    hint: "The file was replaced at the server, or this is another one: download it without --resume.",
  });
}

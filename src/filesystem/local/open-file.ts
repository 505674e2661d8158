// An open file of this machine: its descriptor is closed when nothing is under way with it any more, and not before, since the system
// gives the same number to the next file.
import {
  close,
  closeSync,
  fdatasync,
  fdatasyncSync,
  ftruncate,
  ftruncateSync,
  read,
  readSync,
  write,
  writeSync,
  writev,
  writevSync,
} from "node:fs";
import { promisify } from "node:util";
import { Deferred } from "../../platform/deferred.ts";
import { limits } from "../../protocol/limits.ts";
import { fsError } from "../fs-error.ts";
import type { ShortCalls } from "./short-calls.ts";

export class OpenFile {
  readonly #descriptor: number;
  readonly #path: string;
  readonly #calls: ShortCalls;
  #underWay = 0;
  #idle: Deferred | undefined;
  #closing: Promise<void> | undefined;

  /** The descriptor is ours from now on. `path`: for messages. */
  constructor(descriptor: number, path: string, calls: ShortCalls) {
    this.#descriptor = descriptor;
    this.#path = path;
    this.#calls = calls;
  }

  /** How many bytes were read. */
  read(buffer: Uint8Array, position: number): number | Promise<number> {
    return this.#use(
      () => readSync(this.#descriptor, buffer, 0, buffer.length, position),
      async () => (await readInThread(this.#descriptor, buffer, 0, buffer.length, position)).bytesRead,
      buffer.length,
    );
  }

  /** How many bytes were written. */
  write(bytes: Uint8Array, position: number): number | Promise<number> {
    return this.#write(
      () => writeSync(this.#descriptor, bytes, 0, bytes.length, position),
      async () => (await writeInThread(this.#descriptor, bytes, 0, bytes.length, position)).bytesWritten,
      bytes.length,
    );
  }

  /** The same, of all pieces together. */
  writePieces(pieces: readonly Uint8Array[], bytes: number, position: number): number | Promise<number> {
    return this.#write(
      () => writevSync(this.#descriptor, pieces, position),
      async () => (await writePiecesInThread(this.#descriptor, pieces, position)).bytesWritten,
      bytes,
    );
  }

  truncate(bytes: number): void | Promise<void> {
    return this.#use(
      () => ftruncateSync(this.#descriptor, bytes),
      () => truncateInThread(this.#descriptor, bytes),
    );
  }

  /** Waits until the disk has it. */
  sync(): void | Promise<void> {
    this.#mustBeOpen();
    return this.#calls.runSync(
      () => fdatasyncSync(this.#descriptor),
      () => this.#counted(syncInThread(this.#descriptor)),
    );
  }

  /** Open at least until `use` has settled. */
  lend<T>(use: (descriptor: number) => Promise<T>): Promise<T> {
    this.#mustBeOpen();
    return this.#counted(use(this.#descriptor));
  }

  /** Idempotent. Throws what a network file system finds out only here: that there is no room. */
  close(): Promise<void> {
    this.#closing ??= this.#underWay === 0 ? new Promise((resolve) => resolve(this.#closeNow())) : this.#closeIdle();
    return this.#closing;
  }

  async #closeIdle(): Promise<void> {
    this.#idle = new Deferred();
    await this.#idle.promise;
    await this.#closeNow();
  }

  #closeNow(): void | Promise<void> {
    return this.#calls.run(
      () => closeSync(this.#descriptor),
      () => closeInThread(this.#descriptor),
    );
  }

  /** Many bytes wait for a disk, as {@link sync} does. */
  #write(atOnce: () => number, inThread: () => Promise<number>, bytes: number): number | Promise<number> {
    if (bytes <= limits.shortCallBytes) return this.#use(atOnce, inThread, bytes);
    this.#mustBeOpen();
    return this.#calls.runSync(atOnce, () => this.#counted(inThread()));
  }

  #use<T>(atOnce: () => T, inThread: () => Promise<T>, bytes?: number): T | Promise<T> {
    this.#mustBeOpen();
    return this.#calls.run(atOnce, () => this.#counted(inThread()), bytes);
  }

  #mustBeOpen(): void {
    if (this.#closing !== undefined) throw fsError("FS_FAILED", this.#path, undefined, "it was closed");
  }

  async #counted<T>(work: Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work;
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#idle?.resolve();
    }
  }
}

const readInThread: typeof read.__promisify__ = promisify(read);
const writeInThread: typeof write.__promisify__ = promisify(write);
const writePiecesInThread: typeof writev.__promisify__ = promisify(writev);
const truncateInThread: typeof ftruncate.__promisify__ = promisify(ftruncate);
const syncInThread: typeof fdatasync.__promisify__ = promisify(fdatasync);
const closeInThread: typeof close.__promisify__ = promisify(close);

// A file at the server that is open for writing: many requests are on their way at the same time.
import type { FileUpdater, FileWriter } from "../../platform/file-system.ts";
import { requests } from "../../ssh/sftp/wire/requests.ts";
import { fsError } from "../fs-error.ts";
import type { RemoteHandle } from "./sftp-calls.ts";
import { WriteQueue } from "./write-queue.ts";

/**
 * `write` resolves when the bytes are on their way; that a server refused them is thrown by the next call, `finish` at the
 * latest.
 */
export class SftpWriter implements FileWriter {
  readonly #file: SftpUpdater;
  #position: number;
  /** The old file has more than what it begins with. It goes with the first write or the end, not before. */
  #mustCut: boolean;

  constructor(handle: RemoteHandle, position: number, mustCut: boolean, signal: AbortSignal) {
    this.#file = new SftpUpdater(handle, signal);
    this.#position = position;
    this.#mustCut = mustCut;
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
    await this.#file.truncate(this.#position);
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

  writeAt(offset: number, bytes: Uint8Array): Promise<void> {
    return this.writePieces(offset, [bytes]);
  }

  async writePieces(offset: number, pieces: readonly Uint8Array[]): Promise<void> {
    this.#demandOpen();
    await this.#queue.write(offset, pieces);
  }

  async truncate(bytes: number): Promise<void> {
    this.#demandOpen();
    await this.#queue.settle(); // what was written before lies where the cut is
    this.#queue.follow(requests.fsetstat(this.#handle.id, { size: bytes }));
    await this.#queue.settle();
  }

  async finish(): Promise<void> {
    this.#demandOpen();
    this.#isOver = true;
    if (this.#handle.session.features.fsync) this.#queue.follow(requests.fsync(this.#handle.id));
    await this.#queue.settle();
    await this.#handle.close(this.#signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#handle[Symbol.asyncDispose]();
  }

  #demandOpen(): void {
    if (this.#isOver) throw fsError("FS_FAILED", this.#handle.path, undefined, "the file is closed");
  }
}

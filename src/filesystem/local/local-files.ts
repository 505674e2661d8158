// Open files of this machine.

import { closeSync, read } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import type { FileReader, FileUpdater, FileWriter } from "../../platform/file-system.ts";
import type { FileFacts } from "../../protocol/listing/file-facts.ts";
import { assertPosition, fsError, translating } from "../fs-error.ts";

/** Reading waits for the disk, in a thread; to close what was only read waits for nothing, and a thread would cost more. */
export class LocalReader implements FileReader {
  readonly facts: FileFacts;
  readonly #descriptor: number;
  readonly #path: string;
  #position: number;
  /** One at a time. The descriptor is not free for others before it is over. */
  #reading: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(descriptor: number, facts: FileFacts, path: string, offset: number) {
    this.#descriptor = descriptor;
    this.facts = facts;
    this.#path = path;
    this.#position = offset;
  }

  async read(buffer: Uint8Array): Promise<number> {
    assertPosition(this.#position + buffer.length, this.#path);
    const { bytesRead } = await translating(this.#path, () => this.#readInto(buffer));
    this.#position += bytesRead;
    return bytesRead;
  }

  async #readInto(buffer: Uint8Array): Promise<{ bytesRead: number }> {
    if (this.#closing !== undefined) throw fsError("FS_FAILED", this.#path, undefined, "it was closed");
    const reading = readAt(this.#descriptor, buffer, 0, buffer.length, this.#position);
    this.#reading = reading;
    return reading;
  }

  [Symbol.asyncDispose](): Promise<void> {
    const close = (): void => closeSync(this.#descriptor);
    this.#closing ??= this.#reading.then(close, close);
    return this.#closing;
  }
}

const readAt: typeof read.__promisify__ = promisify(read);

export class LocalWriter implements FileWriter {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #sync: boolean;
  #position: number;
  /** What is behind the position has still to be cut off. */
  #cut: boolean;
  #closing: Promise<void> | undefined;

  /** `cut`: what is behind the position goes. `sync`: finish waits until the disk has it. */
  constructor(handle: FileHandle, path: string, position: number, cut: boolean, sync: boolean) {
    this.#handle = handle;
    this.#path = path;
    this.#position = position;
    this.#cut = cut;
    this.#sync = sync;
  }

  write(pieces: readonly Uint8Array[]): Promise<void> {
    return translating(this.#path, async () => {
      await this.#cutOff();
      for (let left = pieces.filter((piece) => piece.length > 0); left.length > 0; ) {
        assertPosition(
          left.reduce((end, { length }) => end + length, this.#position),
          this.#path,
        );
        const { bytesWritten } = await this.#handle.writev(left, this.#position);
        this.#position += bytesWritten;
        left = withoutFirst(left, bytesWritten);
      }
    });
  }

  async #cutOff(): Promise<void> {
    if (!this.#cut) return;
    this.#cut = false;
    await this.#handle.truncate(this.#position);
  }

  finish(): Promise<void> {
    return translating(this.#path, async () => {
      await this.#cutOff();
      if (this.#sync) await this.#handle.datasync();
      // A network file system may find out only here that there is no room.
      await this[Symbol.asyncDispose]();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#handle.close();
    return this.#closing;
  }
}

/** What is left of the pieces when the system took only some bytes: it may, when the disk becomes full. */
export function withoutFirst(pieces: readonly Uint8Array[], count: number): Uint8Array[] {
  let skip = count;
  return pieces.flatMap((piece) => {
    const taken = Math.min(skip, piece.length);
    skip -= taken;
    return taken === piece.length ? [] : [piece.subarray(taken)];
  });
}

export class LocalUpdater implements FileUpdater {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #sync: boolean;
  #closing: Promise<void> | undefined;

  /** `sync`: finish waits until the disk has it. */
  constructor(handle: FileHandle, path: string, sync: boolean) {
    this.#handle = handle;
    this.#path = path;
    this.#sync = sync;
  }

  writeAt(offset: number, bytes: Uint8Array): Promise<void> {
    return translating(this.#path, async () => {
      assertPosition(offset + bytes.length, this.#path);
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, offset + done);
        done += bytesWritten;
      }
    });
  }

  truncate(bytes: number): Promise<void> {
    return translating(this.#path, async () => {
      assertPosition(bytes, this.#path);
      await this.#handle.truncate(bytes);
    });
  }

  finish(): Promise<void> {
    return translating(this.#path, async () => {
      if (this.#sync) await this.#handle.datasync();
      await this[Symbol.asyncDispose]();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#handle.close();
    return this.#closing;
  }
}

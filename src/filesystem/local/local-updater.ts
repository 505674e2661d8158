// A file of this machine that is changed in its middle.
import type { FileHandle } from "node:fs/promises";
import type { FileUpdater } from "../../platform/file-system.ts";
import { assertPosition, translating } from "../fs-error.ts";

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

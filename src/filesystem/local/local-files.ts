// Files of this machine that are read or written.
import type { FileReader, FileUpdater, FileWriter, LendsFile } from "../../platform/file-system.ts";
import type { Soon } from "../../platform/soon.ts";
import type { FileFacts } from "../../protocol/listing/file-facts.ts";
import { assertPosition, translateFsError, translating } from "../fs-error.ts";
import type { OpenFile } from "./open-file.ts";

export class LocalReader implements FileReader, LendsFile {
  readonly facts: FileFacts;
  readonly #file: OpenFile;
  readonly #path: string;
  #position: number;

  constructor(file: OpenFile, facts: FileFacts, path: string, offset: number) {
    this.#file = file;
    this.facts = facts;
    this.#path = path;
    this.#position = offset;
  }

  read(buffer: Uint8Array): Soon<number> {
    try {
      assertPosition(this.#position + buffer.length, this.#path);
      const read = this.#file.read(buffer, this.#position);
      return read instanceof Promise ? this.#readLater(read) : this.#count(read);
    } catch (error) {
      return Promise.reject(translateFsError(error, this.#path));
    }
  }

  #readLater(read: Promise<number>): Promise<number> {
    return translating(this.#path, async () => this.#count(await read));
  }

  #count(bytes: number): number {
    this.#position += bytes;
    return bytes;
  }

  async lend(use: (descriptor: number, position: number) => Promise<number>): Promise<number> {
    const count = await this.#file.lend((descriptor) => use(descriptor, this.#position));
    this.#position += count;
    return count;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file.close();
  }
}

export class LocalWriter implements FileWriter {
  readonly #file: OpenFile;
  readonly #path: string;
  readonly #sync: boolean;
  #position: number;
  /** What is behind the position has still to be cut off. */
  #cut: boolean;

  /** `cut`: what is behind the position goes. `sync`: finish waits until the disk has it. */
  constructor(file: OpenFile, path: string, position: number, cut: boolean, sync: boolean) {
    this.#file = file;
    this.#path = path;
    this.#position = position;
    this.#cut = cut;
    this.#sync = sync;
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    try {
      if (this.#cut) await this.#cutOff();
      for (let left = pieces.filter((piece) => piece.length > 0); left.length > 0; ) {
        const bytes = left.reduce((sum, { length }) => sum + length, 0);
        assertPosition(this.#position + bytes, this.#path);
        const writing = this.#file.writePieces(left, bytes, this.#position);
        const written = writing instanceof Promise ? await writing : writing;
        this.#position += written;
        if (written === bytes) break;
        left = withoutFirst(left, written);
      }
    } catch (error) {
      throw translateFsError(error, this.#path);
    }
  }

  async #cutOff(): Promise<void> {
    this.#cut = false;
    await this.#file.truncate(this.#position);
  }

  async finish(): Promise<void> {
    try {
      if (this.#cut) await this.#cutOff();
      const syncing = this.#sync ? this.#file.sync() : undefined;
      if (syncing instanceof Promise) await syncing;
      // A network file system may find out only here that there is no room.
      await this.#file.close();
    } catch (error) {
      throw translateFsError(error, this.#path);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file.close();
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
  readonly #file: OpenFile;
  readonly #path: string;
  readonly #sync: boolean;

  /** `sync`: finish waits until the disk has it. */
  constructor(file: OpenFile, path: string, sync: boolean) {
    this.#file = file;
    this.#path = path;
    this.#sync = sync;
  }

  writeAt(offset: number, bytes: Uint8Array): Promise<void> {
    return translating(this.#path, async () => {
      assertPosition(offset + bytes.length, this.#path);
      for (let done = 0; done < bytes.length; ) {
        done += await this.#file.write(bytes.subarray(done), offset + done);
      }
    });
  }

  truncate(bytes: number): Promise<void> {
    return translating(this.#path, async () => {
      assertPosition(bytes, this.#path);
      await this.#file.truncate(bytes);
    });
  }

  finish(): Promise<void> {
    return translating(this.#path, async () => {
      if (this.#sync) await this.#file.sync();
      await this[Symbol.asyncDispose]();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file.close();
  }
}

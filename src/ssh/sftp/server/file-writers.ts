// A file that a client writes: anywhere in it where the FileSystem can do that, else from one end to the other.
import {
  exists,
  type FileOptions,
  type FileSystem,
  type FileUpdater,
  type FileWriter,
  updatesFiles,
  type WriteStart,
} from "../../../platform/file-system.ts";
import { openFlags, statusCodes } from "../wire/message-types.ts";
import { Refusal } from "./status.ts";

/** One call at a time. */
export interface SftpWriter extends AsyncDisposable {
  writeAt(offset: number, bytes: Uint8Array): Promise<void>;
  /** SSH_FXP_FSETSTAT with a size. */
  truncate(bytes: number): Promise<void>;
  finish(): Promise<void>;
}

/** By the flags of SSH_FXP_OPEN (section 6.3). A new file is there at once. Throws `FS_*`. */
export async function openWriter(
  files: FileSystem,
  path: string,
  flags: number,
  options: FileOptions,
): Promise<SftpWriter> {
  const isThere = await exists(files, path, options);
  if (!isThere && (flags & openFlags.create) === 0) await files.stat(path, options); // FS_NOT_FOUND
  const isExclusive = (flags & openFlags.create) !== 0 && (flags & openFlags.exclusive) !== 0;
  const append = (flags & openFlags.append) !== 0;
  const truncate = (flags & openFlags.truncate) !== 0;
  if (!updatesFiles(files)) {
    const start: WriteStart | undefined = isExclusive ? "exclusive" : truncate || !isThere ? "truncate" : undefined;
    const writer = start === undefined ? undefined : await files.openWrite(path, { ...options, start });
    return new SequentialWriter(writer, (from) => files.openWrite(path, { ...options, start: from }), append);
  }
  if (isExclusive || !isThere) {
    await using _made = await files.openWrite(path, { ...options, start: isExclusive ? "exclusive" : "append" });
  }
  const updater = await files.openUpdate(path, options);
  if (truncate && isThere) await updater.truncate(0);
  return append ? new AppendingWriter(updater, (await files.stat(path, options)).size) : updater;
}

/** SSH_FXF_APPEND: the client's offsets count for nothing. */
class AppendingWriter implements SftpWriter {
  readonly #file: FileUpdater;
  #end: number;

  constructor(file: FileUpdater, end: number) {
    this.#file = file;
    this.#end = end;
  }

  async writeAt(_offset: number, bytes: Uint8Array): Promise<void> {
    await this.#file.writeAt(this.#end, bytes);
    this.#end += bytes.length;
  }

  truncate(bytes: number): Promise<void> {
    this.#end = bytes;
    return this.#file.truncate(bytes);
  }

  finish(): Promise<void> {
    return this.#file.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }
}

/** For a FileSystem that writes files from one end to the other. Where it starts shows with the first byte. */
class SequentialWriter implements SftpWriter {
  #writer: FileWriter | undefined;
  readonly #open: (start: WriteStart) => Promise<FileWriter>;
  readonly #append: boolean;
  #position = 0;

  constructor(writer: FileWriter | undefined, open: (start: WriteStart) => Promise<FileWriter>, append: boolean) {
    this.#writer = writer;
    this.#open = open;
    this.#append = append;
  }

  async writeAt(offset: number, bytes: Uint8Array): Promise<void> {
    const at = this.#append ? this.#position : offset;
    if (this.#writer === undefined) {
      // Never 0: that would cut off a file of which the client may mean to change the first bytes alone.
      if (!this.#append && offset === 0) throw inOrder();
      this.#writer = await this.#open(this.#append ? "append" : offset);
      this.#position = at;
    }
    if (at !== this.#position) throw inOrder();
    await this.#writer.write([bytes]);
    this.#position += bytes.length;
  }

  async truncate(bytes: number): Promise<void> {
    if (this.#writer === undefined || bytes !== this.#position) throw inOrder();
  }

  async finish(): Promise<void> {
    await this.#writer?.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer?.[Symbol.asyncDispose]();
  }
}

function inOrder(): Refusal {
  return new Refusal(statusCodes.unsupported, "files can only be written from start to end here");
}

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
import { openFlags } from "../wire/message-types.ts";
import { SequentialWriter } from "./sequential-writer.ts";
import type { SftpWriter } from "./sftp-writer.ts";

/** By the flags of SSH_FXP_OPEN (section 6.3). A new file is there at once. Throws `FS_*`. */
export async function openWriter(
  files: FileSystem,
  path: string,
  flags: number,
  options: FileOptions,
): Promise<SftpWriter> {
  const isEmptied = (flags & openFlags.create) !== 0 && (flags & openFlags.truncate) !== 0;
  if (isEmptied && (flags & (openFlags.exclusive | openFlags.append)) === 0 && !updatesFiles(files)) {
    return await openEmptied(files, path, options);
  }
  const isThere = await exists(files, path, options);
  if (!isThere && (flags & openFlags.create) === 0) await files.stat(path, options); // FS_NOT_FOUND
  const isExclusive = (flags & openFlags.create) !== 0 && (flags & openFlags.exclusive) !== 0;
  const append = (flags & openFlags.append) !== 0;
  const truncate = (flags & openFlags.truncate) !== 0;
  if (!updatesFiles(files)) {
    const open = (start: WriteStart): Promise<FileWriter> => files.openWrite(path, { ...options, start });
    const start: WriteStart | undefined = isExclusive ? "exclusive" : truncate || !isThere ? "truncate" : undefined;
    const writer = start === undefined ? undefined : await openedAtOnce(open, start);
    const size = writer === undefined ? (await files.stat(path, options)).size : 0;
    return new SequentialWriter({
      writer,
      open,
      append,
      mayRewrite: (flags & openFlags.create) !== 0 && (flags & openFlags.read) === 0,
      size,
    });
  }
  if (isExclusive || !isThere) {
    await using _made = await files.openWrite(path, { ...options, start: isExclusive ? "exclusive" : "append" });
  }
  const updater = await files.openUpdate(path, options);
  if (truncate && isThere) await updater.truncate(0);
  return append ? new AppendingWriter(updater, (await files.stat(path, options)).size) : updater;
}

/** Whatever is there: nothing has to be asked before. */
async function openEmptied(files: FileSystem, path: string, options: FileOptions): Promise<SftpWriter> {
  const open = (start: WriteStart): Promise<FileWriter> => files.openWrite(path, { ...options, start });
  const writer = await openedAtOnce(open, "truncate");
  return new SequentialWriter({ writer, open, append: false, mayRewrite: true, size: 0 });
}

/** The flags hold from the opening on, and not from the first byte. */
async function openedAtOnce(open: (start: WriteStart) => Promise<FileWriter>, start: WriteStart): Promise<FileWriter> {
  const writer = await open(start);
  try {
    await writer.write([]);
    return writer;
  } catch (error) {
    await writer[Symbol.asyncDispose]();
    throw error;
  }
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

// A file that a client writes: anywhere in it where the FileSystem can do that, else from one end to the other.
import {
  exists,
  type FileOptions,
  type FileSystem,
  type FileUpdater,
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
  const isThere = await exists(files, path, options);
  if (!isThere && (flags & openFlags.create) === 0) await files.stat(path, options); // FS_NOT_FOUND
  const isExclusive = (flags & openFlags.create) !== 0 && (flags & openFlags.exclusive) !== 0;
  const append = (flags & openFlags.append) !== 0;
  const truncate = (flags & openFlags.truncate) !== 0;
  if (!updatesFiles(files)) {
    const start: WriteStart | undefined = isExclusive ? "exclusive" : truncate || !isThere ? "truncate" : undefined;
    const writer = start === undefined ? undefined : await files.openWrite(path, { ...options, start });
    const size = writer === undefined ? (await files.stat(path, options)).size : 0;
    return new SequentialWriter({
      writer,
      open: (from) => files.openWrite(path, { ...options, start: from }),
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

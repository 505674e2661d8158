// The other seam: where files come from and go to. Local disk, memory, later SFTP; conformance tests in test/conformance.

import { isSallyportError } from "../protocol/error.ts";
import type { FileEntry, FileFacts } from "../protocol/listing/file-facts.ts";
import type { Soon } from "./soon.ts";

/** What every call of a {@link FileSystem} gets. */
export interface FileOptions {
  /** Ends the operation where it can be ended; its reason is rethrown untouched. */
  readonly signal: AbortSignal;
}

/**
 * `truncate`: create or make empty. `exclusive`: create, `FS_EXISTS` when the name is taken. `append`: create or go on at
 * the end. A number: create or go on at that byte; what is behind it is cut off, `FS_FAILED` when the file is shorter.
 * A new file is there at once. What is cut off an old one goes with the first write or `finish`, so that an upload for which
 * no data connection is opened destroys nothing.
 */
export type WriteStart = "truncate" | "exclusive" | "append" | number;

/** A file that is open for reading. Disposal closes it; idempotent. */
export interface FileReader extends AsyncDisposable {
  /** Of the file as it was when it was opened. */
  readonly facts: FileFacts;
  /** Fills the buffer from its start, as far as the file goes; 0 at the end. Rejects with `FS_*`. One call at a time. */
  read(buffer: Uint8Array): number | Promise<number>;
}

/** A file of this machine, whose descriptor another part of the program may use. */
export interface LendsFile {
  /** `position`: of the next byte that would be read. `use` gives how many it has read, and the descriptor back when it settles. */
  lend(use: (descriptor: number, position: number) => Promise<number>): Promise<number>;
}

export function lendsFile(reader: FileReader): reader is FileReader & LendsFile {
  return "lend" in reader && reader.lend !== undefined;
}

/** A file that is open for writing. One call at a time. */
export interface FileWriter extends AsyncDisposable {
  /** All of it, or throws `FS_*`: `FS_NO_SPACE` when the disk is full. The pieces are the caller's again once it has settled. */
  write(pieces: readonly Uint8Array[]): Promise<void>;
  /**
   * Every byte is where it belongs, down to the disk, and the file is closed. Only after it has resolved may anybody be
   * notified that the file is complete. Throws `FS_*`. Disposal without it closes the file as it is.
   */
  finish(): Promise<void>;
  /** Once it was disposed of without `finish`: what is before the file's end may not all have been written, so nobody may continue it. */
  readonly mayHaveGaps?: boolean;
}

/**
 * Paths are absolute, `/` between the names, without `.` and `..`, one character per byte (latin1): the bytes are the
 * file's name whatever character set they are meant in. Nothing outside the root can be reached through any path.
 * Errors are `FS_*`. What a file system cannot do it does not have: the capabilities below are found by their method.
 */
export interface FileSystem {
  /** Follows symbolic links. Throws `FS_NOT_FOUND`, `FS_*`; the signal's reason. */
  stat(path: string, options: FileOptions): Promise<FileFacts>;
  /** The entries of a directory in no particular order, links as links. Throws `FS_NOT_FOUND`, `FS_NOT_DIRECTORY`, `FS_*`; the signal's reason. */
  list(path: string, options: FileOptions): AsyncIterable<FileEntry>;
  /**
   * A file from byte `offset` on; behind its end there is nothing. Throws `FS_NOT_FOUND`, `FS_IS_DIRECTORY`, `FS_*`; the signal's
   * reason.
   */
  openRead(path: string, options: FileOptions & { readonly offset: number }): Promise<FileReader>;
  /** `as`: the name that it gets when it is complete, for a log. Throws `FS_IS_DIRECTORY`, `FS_*`; the signal's reason. */
  openWrite(
    path: string,
    options: FileOptions & { readonly start: WriteStart; readonly as?: string },
  ): Promise<FileWriter>;
  /** One directory; the one above it must be there. Throws `FS_EXISTS`, `FS_NOT_FOUND`, `FS_*`; the signal's reason. */
  mkdir(path: string, options: FileOptions): Promise<void>;
  /** Throws `FS_NOT_EMPTY` when something is in it, `FS_NOT_FOUND`, `FS_*`; the signal's reason. */
  rmdir(path: string, options: FileOptions): Promise<void>;
  /** A file or a link, not what it points to. Throws `FS_NOT_FOUND`, `FS_IS_DIRECTORY`, `FS_*`; the signal's reason. */
  remove(path: string, options: FileOptions): Promise<void>;
  /** A file that has the new name already is replaced in one step. Throws `FS_NOT_FOUND`, `FS_*`; the signal's reason. */
  rename(from: string, to: string, options: FileOptions): Promise<void>;
}

/** A file that was opened before anybody wanted it. Disposal closes it, unless it was taken. */
export interface OpenedAhead extends AsyncDisposable {
  /** Of the file as it was when it was opened. */
  readonly facts: FileFacts;
  /** Undefined where another file has its name by now, as far as size and time show. Once. */
  take(offset: number, signal: AbortSignal): Soon<FileReader | undefined>;
}

/** A file system in which a file that was opened beforehand is there sooner. */
export interface OpensAhead {
  /** Throws as {@link FileSystem.openRead} does. */
  openAhead(path: string, options: FileOptions): Soon<OpenedAhead>;
}

/** A file system that can set the time of last change. */
export interface SetsTimes {
  /** `timeMs`: milliseconds since 1970 UTC. Throws `FS_*`; the signal's reason. */
  setModified(path: string, timeMs: number, options: FileOptions): Promise<void>;
}

/** A file system that has permission bits. */
export interface SetsModes {
  /** `mode`: the bits of chmod(2) below 0o1000. Throws `FS_*`; the signal's reason. */
  setMode(path: string, mode: number, options: FileOptions): Promise<void>;
}

/** A file that is open for changes anywhere in it. One call at a time. */
export interface FileUpdater extends AsyncDisposable {
  /** All of it from that byte on, or throws `FS_*`: `FS_NO_SPACE` when the disk is full. A gap before it reads as zeros. */
  writeAt(offset: number, bytes: Uint8Array): Promise<void>;
  /** What is behind so many bytes is cut off; what is missing reads as zeros. Throws `FS_*`. */
  truncate(bytes: number): Promise<void>;
  /** As {@link FileWriter.finish}. Throws `FS_*`. */
  finish(): Promise<void>;
}

/** A file system that can change a file in its middle. */
export interface UpdatesFiles {
  /** Throws `FS_NOT_FOUND` when the file is not there, `FS_*`; the signal's reason. */
  openUpdate(path: string, options: FileOptions): Promise<FileUpdater>;
}

/** Room as statvfs(3) reports it. */
export interface Space {
  /** Bytes of a block. */
  readonly blockBytes: number;
  /** Blocks of the whole. */
  readonly blocks: number;
  /** Blocks that are free, also those kept for the superuser. */
  readonly freeBlocks: number;
  /** Those of the free ones that may be written by this user. */
  readonly availableBlocks: number;
  /** How many files and directories there may be. */
  readonly nodes: number;
  /** Files that may yet be made. */
  readonly freeNodes: number;
}

/** A file system that knows how much room is left. */
export interface TellsSpace {
  /** Where `path` is. Throws `FS_*`; the signal's reason. */
  space(path: string, options: FileOptions): Promise<Space>;
}

/** A file system in which a file can have two names. */
export interface MakesLinks {
  /** Only for regular files. Throws `FS_EXISTS` when the new name is taken, `FS_*`; the signal's reason. */
  link(from: string, to: string, options: FileOptions): Promise<void>;
}

/** A file system of which a directory can be served by itself. */
export interface HasSubtrees {
  /**
   * What lies below `directory`, which need not be there yet, with that as its root. No jail where links lead out of it.
   *
   * @example
   * const scans = files.subtree("/scans");
   */
  subtree(directory: string): FileSystem;
}

export function hasSubtrees(fileSystem: FileSystem): fileSystem is FileSystem & HasSubtrees {
  return "subtree" in fileSystem;
}

export function opensAhead(fileSystem: FileSystem): fileSystem is FileSystem & OpensAhead {
  return "openAhead" in fileSystem && fileSystem.openAhead !== undefined;
}

export function setsTimes(fileSystem: FileSystem): fileSystem is FileSystem & SetsTimes {
  return "setModified" in fileSystem;
}

export function setsModes(fileSystem: FileSystem): fileSystem is FileSystem & SetsModes {
  return "setMode" in fileSystem;
}

export function updatesFiles(fileSystem: FileSystem): fileSystem is FileSystem & UpdatesFiles {
  return "openUpdate" in fileSystem;
}

export function tellsSpace(fileSystem: FileSystem): fileSystem is FileSystem & TellsSpace {
  return "space" in fileSystem;
}

export function makesLinks(fileSystem: FileSystem): fileSystem is FileSystem & MakesLinks {
  return "link" in fileSystem;
}

/** Throws whatever but `FS_NOT_FOUND` keeps us from knowing. */
export async function exists(files: FileSystem, path: string, options: FileOptions): Promise<boolean> {
  try {
    await files.stat(path, options);
    return true;
  } catch (error) {
    if (isSallyportError(error) && error.code === "FS_NOT_FOUND") return false;
    throw error;
  }
}

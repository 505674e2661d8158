// A directory of this machine as a FileSystem.
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  open as openDescriptor,
  openSync,
  type Stats,
} from "node:fs";
import { chmod, link, lstat, mkdir, rename, rmdir, stat, statfs, unlink, utimes } from "node:fs/promises";
import { promisify } from "node:util";
import type {
  FileOptions,
  FileReader,
  FileSystem,
  FileUpdater,
  FileWriter,
  MakesLinks,
  OpenedAhead,
  OpensAhead,
  SetsModes,
  SetsTimes,
  Space,
  TellsSpace,
  UpdatesFiles,
  WriteStart,
} from "../../platform/file-system.ts";
import { afterwards, type Soon, whenDone } from "../../platform/soon.ts";
import type { FileEntry, FileFacts } from "../../protocol/listing/file-facts.ts";
import { fsError, translateFsError, translating } from "../fs-error.ts";
import { factsOf, listDirectory } from "./local-facts.ts";
import { LocalReader, LocalUpdater, LocalWriter } from "./local-files.ts";
import { OpenFile } from "./open-file.ts";
import { openRoot, type Place, type Root, type SystemPath, safeFlags } from "./root.ts";
import { ShortCalls } from "./short-calls.ts";

/** A directory of this machine as a {@link FileSystem}. */
export interface LocalFileSystemOptions {
  /** The directory that becomes `/`. */
  readonly directory: string;
  /** A file that was written is on the disk before it counts as complete (fdatasync). Default true. */
  readonly sync?: boolean;
}

/**
 * A directory of this machine as a file system that a server serves; nothing outside of it can be reached.
 *
 * @throws SallyportError `FS_NOT_FOUND`, `FS_NOT_DIRECTORY` or `FS_PERMISSION` when there is no such directory.
 * @example
 * const files = await openLocalFileSystem({ directory: "/srv/ftp" });
 */
export async function openLocalFileSystem(
  options: LocalFileSystemOptions,
): Promise<FileSystem & SetsTimes & SetsModes & TellsSpace & UpdatesFiles & MakesLinks> {
  const { directory, sync = true } = options;
  return translating(directory, async () => {
    if (!(await stat(directory)).isDirectory()) throw fsError("FS_NOT_DIRECTORY", directory);
    const calls = new ShortCalls(directory);
    return new LocalFileSystem(await openRoot(directory, calls), sync, calls);
  });
}

class LocalFileSystem implements FileSystem, OpensAhead, SetsTimes, SetsModes, TellsSpace, UpdatesFiles, MakesLinks {
  readonly #root: Root;
  readonly #sync: boolean;
  readonly #calls: ShortCalls;

  constructor(root: Root, sync: boolean, calls: ShortCalls) {
    this.#root = root;
    this.#sync = sync;
    this.#calls = calls;
  }

  stat(path: string, { signal }: FileOptions): Promise<FileFacts> {
    return this.#at(path, "find", signal, factsAt);
  }

  async *list(path: string, { signal }: FileOptions): AsyncGenerator<FileEntry> {
    signal.throwIfAborted();
    const place = await this.#root.find(path);
    try {
      yield* listDirectory(place.real, this.#root.path, signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw translateFsError(error, path);
    } finally {
      place[Symbol.dispose]();
    }
  }

  openRead(path: string, { signal, offset }: FileOptions & { readonly offset: number }): Promise<FileReader> {
    return promised(() => this.#opened(path, signal, (file, facts) => new LocalReader(file, facts, path, offset)));
  }

  openAhead(path: string, { signal }: FileOptions): Soon<OpenedAhead> {
    return this.#opened(path, signal, (file, facts, before) => ({
      facts,
      take: (offset) =>
        afterwards(this.#root.look(path), (now) => {
          if (now !== undefined && isSame(before, now)) return new LocalReader(file, factsOf(now), path, offset);
          return file.close().then(() => undefined);
        }),
      [Symbol.asyncDispose]: () => file.close(),
    }));
  }

  #opened<T>(path: string, signal: AbortSignal, make: (file: OpenFile, facts: FileFacts, stats: Stats) => T): Soon<T> {
    return this.#soonAt(path, "find", signal, (place) => {
      const stats = place.stats();
      const facts = mustBeFile(stats, path);
      return afterwards(this.#open(place.real, constants.O_RDONLY | followFlags), (descriptor) =>
        make(new OpenFile(descriptor, path, this.#calls), facts, stats),
      );
    });
  }

  openWrite(path: string, options: FileOptions & { readonly start: WriteStart }): Promise<FileWriter> {
    const { signal, start } = options;
    return this.#at(path, "findName", signal, ({ real }) => {
      // Behind the beginning of a file that is not there nothing can be written.
      const goesOn = typeof start === "number" && start > 0;
      if (goesOn) return this.#openOld(path, options);
      return afterwards(this.#create(real, path), (created) => {
        if (created !== undefined)
          return new LocalWriter(new OpenFile(created, path, this.#calls), path, 0, false, this.#sync);
        if (start === "exclusive") throw fsError("FS_EXISTS", path);
        return this.#openOld(path, options);
      });
    });
  }

  #openOld(path: string, { signal, start }: FileOptions & { readonly start: WriteStart }): Promise<FileWriter> {
    return this.#at(path, "find", signal, async (place) => {
      const { mode } = mustBeFile(place.stats(), path);
      return this.#writer(await this.#openToWrite(place.real, mode), path, start);
    });
  }

  openUpdate(path: string, { signal }: FileOptions): Promise<FileUpdater> {
    return this.#at(path, "find", signal, async (place) => {
      const { mode } = mustBeFile(place.stats(), path);
      const descriptor = await this.#openToWrite(place.real, mode);
      return new LocalUpdater(new OpenFile(descriptor, path, this.#calls), path, this.#sync);
    });
  }

  mkdir(path: string, { signal }: FileOptions): Promise<void> {
    return this.#at(path, "findName", signal, ({ real }) => mkdir(real) as Promise<void>);
  }

  async rmdir(path: string, { signal }: FileOptions): Promise<void> {
    await this.#at(notRoot(path), "findName", signal, ({ real }) => rmdir(real));
  }

  async remove(path: string, { signal }: FileOptions): Promise<void> {
    await this.#at(notRoot(path), "findName", signal, async ({ real }) => {
      if ((await lstat(real)).isDirectory()) throw fsError("FS_IS_DIRECTORY", path);
      await unlink(real);
    });
  }

  async rename(from: string, to: string, { signal }: FileOptions): Promise<void> {
    await this.#at(notRoot(from), "findName", signal, ({ real: old }) =>
      this.#at(notRoot(to), "findName", signal, ({ real: fresh }) => rename(old, fresh)),
    );
  }

  setModified(path: string, timeMs: number, { signal }: FileOptions): Promise<void> {
    return this.#at(path, "find", signal, async (place) => utimes(place.real, place.stats().atime, timeMs / 1000));
  }

  setMode(path: string, mode: number, { signal }: FileOptions): Promise<void> {
    return this.#at(path, "find", signal, ({ real }) => chmod(real, mode & permissionBits));
  }

  space(path: string, { signal }: FileOptions): Promise<Space> {
    return this.#at(path, "find", signal, async ({ real }) => {
      const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(real);
      return {
        blockBytes: bsize,
        blocks,
        freeBlocks: bfree,
        availableBlocks: bavail,
        nodes: files,
        freeNodes: ffree,
      };
    });
  }

  /** link(2) follows no link at the end of a path, and both directories have been judged. */
  async link(from: string, to: string, { signal }: FileOptions): Promise<void> {
    await this.#at(notRoot(from), "findName", signal, async ({ real: old }) => {
      mustBeFile(await lstat(old), from);
      await this.#at(notRoot(to), "findName", signal, ({ real: fresh }) => link(old, fresh));
    });
  }

  /** What `work` gets has been found: the kernel knows it, so that it is asked at once. */
  #at<T>(path: string, how: "find" | "findName", signal: AbortSignal, work: (place: Place) => Soon<T>): Promise<T> {
    return promised(() => this.#soonAt(path, how, signal, work));
  }

  #soonAt<T>(path: string, how: "find" | "findName", signal: AbortSignal, work: (place: Place) => Soon<T>): Soon<T> {
    signal.throwIfAborted();
    return afterwards(this.#root[how](path), (place) => workAt(place, path, work));
  }

  #writer(descriptor: number, path: string, start: WriteStart): FileWriter {
    try {
      const { size } = fstatSync(descriptor);
      const position = start === "append" ? size : typeof start === "number" ? start : 0;
      if (size < position) throw fsError("FS_FAILED", path, undefined, `it has ${size} bytes, less than ${position}`);
      const file = new OpenFile(descriptor, path, this.#calls);
      return new LocalWriter(file, path, position, size > position, this.#sync);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  #open(real: SystemPath, flags: number, mode?: number): number | Promise<number> {
    return this.#calls.run(
      () => openSync(real, flags, mode),
      () => openInThread(real, flags, mode),
    );
  }

  /** The kernel takes set-user-id from a file that is written, but not when root writes it. */
  async #openToWrite(real: SystemPath, mode: number): Promise<number> {
    const descriptor = await this.#open(real, constants.O_WRONLY | followFlags);
    if ((mode & 0o6000) === 0) return descriptor;
    try {
      fchmodSync(descriptor, mode & permissionBits);
      return descriptor;
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  #isTaken(real: SystemPath): boolean | Promise<boolean> {
    return this.#calls.run(
      () => lstatSync(real, { throwIfNoEntry: false }) !== undefined,
      async () => false, // the attempt to make it is the same trip to a thread
    );
  }

  /** A new file, or `undefined` when the name is taken; that is mostly seen before, since an error costs as much as all of an upload's other calls. */
  #create(real: SystemPath, path: string): Soon<number | undefined> {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | safeFlags;
    return whenDone(
      () => afterwards(this.#isTaken(real), (isTaken) => (isTaken ? undefined : this.#open(real, flags, 0o666))),
      (created) => created,
      (error) => {
        const translated = translateFsError(error, path);
        if (translated.code === "FS_EXISTS") return undefined;
        throw translated;
      },
    );
  }
}

/**
 * Set-user-id, set-group-id and sticky stay out, for every caller and protocol: a file of a server that runs as root would
 * run as root.
 */
const permissionBits = 0o777;

const promised = <T>(work: () => Soon<T>): Promise<T> => new Promise((resolve) => resolve(work()));

function workAt<T>(place: Place, path: string, work: (place: Place) => Soon<T>): Soon<T> {
  const failed = (error: unknown): never => {
    place[Symbol.dispose]();
    throw translateFsError(error, path);
  };
  let result: Soon<T>;
  try {
    result = work(place);
  } catch (error) {
    return failed(error);
  }
  const done = (value: T): T => {
    place[Symbol.dispose]();
    return value;
  };
  return result instanceof Promise ? result.then(done, failed) : done(result);
}

/** What was judged is the thing that has the name, wherever that leads by now. */
const isSame = (before: Stats, now: Stats): boolean => before.dev === now.dev && before.ino === now.ino;

const factsAt = (place: Place): FileFacts => factsOf(place.stats());

/** What `find` gives is a link of /proc, which has to be followed. */
const followFlags = safeFlags & ~(constants.O_NOFOLLOW ?? 0);

const openInThread: (real: SystemPath, flags: number, mode?: number) => Promise<number> = promisify(openDescriptor);

function mustBeFile(stats: Stats, path: string): FileFacts {
  const facts = factsOf(stats);
  if (facts.type === "directory") throw fsError("FS_IS_DIRECTORY", path);
  if (facts.type !== "file") throw fsError("FS_NOT_FILE", path);
  return facts;
}

function notRoot(path: string): string {
  if (path === "/") throw fsError("FS_PERMISSION", path);
  return path;
}

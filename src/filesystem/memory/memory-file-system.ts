// Files in memory: for demos and tests, and to show how small a FileSystem may be.
import type {
  FileOptions,
  FileReader,
  FileSystem,
  FileUpdater,
  FileWriter,
  SetsModes,
  SetsTimes,
  Space,
  TellsSpace,
  UpdatesFiles,
  WriteStart,
} from "../../platform/file-system.ts";
import { limits } from "../../protocol/limits.ts";
import type { FileEntry, FileFacts } from "../../protocol/listing/file-facts.ts";
import { fsError } from "../fs-error.ts";
import { MemoryWriter, readerOf, updaterOf } from "./memory-files.ts";
import { factsOfNode, type MemoryFile, type MemoryNode, MemoryTree } from "./tree.ts";

/** What a {@link MemoryFileSystem} is made with. */
export interface MemoryFileSystemOptions {
  /** Time of day in milliseconds since 1970. */
  readonly now: () => number;
  /** Bytes that all files together may have; one more is `FS_NO_SPACE`. Default 64 MiB. */
  readonly bytesMax?: number;
}

/**
 * An empty file system; it forgets everything with the program.
 *
 * @example
 * const files = new MemoryFileSystem({ now: () => Date.now() });
 */
export class MemoryFileSystem implements FileSystem, SetsTimes, SetsModes, TellsSpace, UpdatesFiles {
  readonly #tree: MemoryTree;
  readonly #bytesMax: number;
  readonly #room: { left: number };

  constructor({ now, bytesMax = limits.memoryFilesBytesMax }: MemoryFileSystemOptions) {
    this.#tree = new MemoryTree(now);
    this.#bytesMax = bytesMax;
    this.#room = { left: bytesMax };
  }

  async stat(path: string, { signal }: FileOptions): Promise<FileFacts> {
    signal.throwIfAborted();
    return factsOfNode(this.#tree.find(path));
  }

  async *list(path: string, { signal }: FileOptions): AsyncGenerator<FileEntry> {
    signal.throwIfAborted();
    for (const [name, node] of [...this.#tree.findDirectory(path).children]) {
      signal.throwIfAborted();
      yield { name, facts: factsOfNode(node) };
    }
  }

  async openRead(path: string, { signal, offset }: FileOptions & { readonly offset: number }): Promise<FileReader> {
    signal.throwIfAborted();
    return readerOf(this.#tree.findFile(path), offset);
  }

  async openWrite(path: string, { signal, start }: FileOptions & { readonly start: WriteStart }): Promise<FileWriter> {
    signal.throwIfAborted();
    const file = this.#fileToWrite(path, start);
    const position = start === "append" ? file.size : typeof start === "number" ? start : 0;
    if (position > file.size)
      throw fsError("FS_FAILED", path, undefined, `it has ${file.size} bytes, less than ${position}`);
    return new MemoryWriter({ file, path, position, room: this.#room, touch: () => this.#tree.touch(file) });
  }

  async openUpdate(path: string, { signal }: FileOptions): Promise<FileUpdater> {
    signal.throwIfAborted();
    const file = this.#tree.findFile(path);
    return updaterOf({ file, path, room: this.#room, touch: () => this.#tree.touch(file) });
  }

  async mkdir(path: string, { signal }: FileOptions): Promise<void> {
    signal.throwIfAborted();
    if (path === "/") throw fsError("FS_EXISTS", path);
    this.#put(path, () => this.#tree.newDirectory());
  }

  async rmdir(path: string, { signal }: FileOptions): Promise<void> {
    signal.throwIfAborted();
    const { directory, name } = this.#tree.parent(path);
    if (this.#tree.findDirectory(path).children.size > 0) throw fsError("FS_NOT_EMPTY", path);
    directory.children.delete(name);
    this.#tree.touch(directory);
  }

  async remove(path: string, { signal }: FileOptions): Promise<void> {
    signal.throwIfAborted();
    const { directory, name } = this.#tree.parent(path);
    this.#room.left += this.#tree.findFile(path).size;
    directory.children.delete(name);
    this.#tree.touch(directory);
  }

  async rename(from: string, to: string, { signal }: FileOptions): Promise<void> {
    signal.throwIfAborted();
    const old = this.#tree.parent(from);
    const node = this.#tree.find(from);
    const fresh = this.#tree.parent(to);
    const there = fresh.directory.children.get(fresh.name);
    if (there === node) return;
    if (`${to}/`.startsWith(`${from}/`)) throw fsError("FS_NAME_INVALID", to);
    if (there !== undefined) this.#makeWay(there, node, to);
    old.directory.children.delete(old.name);
    fresh.directory.children.set(fresh.name, node);
    this.#tree.touch(old.directory);
    this.#tree.touch(fresh.directory);
  }

  async setModified(path: string, timeMs: number, { signal }: FileOptions): Promise<void> {
    signal.throwIfAborted();
    this.#tree.find(path).modifiedMs = timeMs;
  }

  async setMode(path: string, mode: number, { signal }: FileOptions): Promise<void> {
    signal.throwIfAborted();
    this.#tree.find(path).mode = mode;
  }

  async space(path: string, { signal }: FileOptions): Promise<Space> {
    signal.throwIfAborted();
    this.#tree.find(path);
    const { left } = this.#room;
    return { blockBytes: 1, blocks: this.#bytesMax, freeBlocks: left, availableBlocks: left, nodes: 0, freeNodes: 0 };
  }

  #fileToWrite(path: string, start: WriteStart): MemoryFile {
    const { directory, name } = this.#tree.parent(path);
    const there = directory.children.get(name);
    if (there?.type === "file" && start !== "exclusive") return there;
    if (there?.type === "directory" && start !== "exclusive") throw fsError("FS_IS_DIRECTORY", path);
    return this.#put(path, () => this.#tree.newFile());
  }

  #put<T extends MemoryNode>(path: string, make: () => T): T {
    const { directory, name } = this.#tree.parent(path);
    if (directory.children.has(name)) throw fsError("FS_EXISTS", path);
    const node = make();
    directory.children.set(name, node);
    this.#tree.touch(directory);
    return node;
  }

  /** What rename(2) replaces: a file by a file, an empty directory by a directory. */
  #makeWay(there: MemoryNode, node: MemoryNode, to: string): void {
    if (there.type === "directory" && node.type === "file") throw fsError("FS_IS_DIRECTORY", to);
    if (there.type === "file" && node.type === "directory") throw fsError("FS_NOT_DIRECTORY", to);
    if (there.type === "directory" && there.children.size > 0) throw fsError("FS_NOT_EMPTY", to);
    if (there.type === "file") this.#room.left += there.size;
  }
}

// The files and directories that one client has open.
import type { FileOptions, FileReader, FileSystem } from "../../../platform/file-system.ts";
import { limits } from "../../../protocol/limits.ts";
import type { FileEntry } from "../../../protocol/listing/file-facts.ts";
import { openFlags, statusCodes } from "../wire/message-types.ts";
import { openWriter, type SftpWriter } from "./file-writers.ts";
import { Refusal } from "./status.ts";

type Open = OpenFile | OpenDirectory;

export class Handles {
  readonly #open: Map<string, Open> = new Map();
  #last = 0;

  /** Throws when there are too many, before `open` is called. */
  async add(open: () => Promise<Open>): Promise<string> {
    if (this.#open.size >= limits.sftpHandlesMax) {
      throw new Refusal(statusCodes.failure, `${limits.sftpHandlesMax} files are open, the limit`);
    }
    const opened = await open();
    this.#last += 1;
    const handle = String(this.#last);
    this.#open.set(handle, opened);
    return handle;
  }

  file(handle: string): OpenFile {
    const open = this.any(handle);
    if (open.kind === "file") return open;
    throw new Refusal(statusCodes.failure, "that handle is a directory");
  }

  directory(handle: string): OpenDirectory {
    const open = this.any(handle);
    if (open.kind === "directory") return open;
    throw new Refusal(statusCodes.failure, "that handle is a file");
  }

  any(handle: string): Open {
    const open = this.#open.get(handle);
    if (open !== undefined) return open;
    throw new Refusal(statusCodes.failure, "there is no such handle");
  }

  /** A file that was written is complete when this resolves. */
  async close(handle: string): Promise<void> {
    const open = this.any(handle);
    this.#open.delete(handle);
    try {
      if (open.kind === "file") await open.finish();
    } finally {
      await open[Symbol.asyncDispose]();
    }
  }

  /** What was written stays as it is. */
  async closeAll(): Promise<void> {
    const left = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(left.map((open) => open[Symbol.asyncDispose]()));
  }
}

export class OpenDirectory implements AsyncDisposable {
  readonly kind = "directory";
  readonly path: string;
  readonly #entries: AsyncIterator<FileEntry>;
  #isOver = false;

  constructor(files: FileSystem, path: string, options: FileOptions) {
    this.path = path;
    this.#entries = files.list(path, options)[Symbol.asyncIterator]();
  }

  /** The next ones; none at the end. */
  async next(): Promise<readonly FileEntry[]> {
    const batch: FileEntry[] = [];
    while (batch.length < limits.sftpNamesMax && !this.#isOver) {
      const result = await this.#entries.next();
      this.#isOver = result.done === true;
      if (result.done !== true) batch.push(result.value);
    }
    return batch;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#entries.return?.();
  }
}

export class OpenFile implements AsyncDisposable {
  readonly kind = "file";
  readonly path: string;
  readonly #files: FileSystem;
  readonly #options: FileOptions;
  readonly #mayRead: boolean;
  readonly #writer: SftpWriter | undefined;
  #reader: FileReader | undefined;
  /** Where the reader is. */
  #position = 0;

  private constructor(
    files: FileSystem,
    path: string,
    options: FileOptions,
    reader: FileReader | undefined,
    writer: SftpWriter | undefined,
    mayRead: boolean,
  ) {
    this.#files = files;
    this.path = path;
    this.#options = options;
    this.#reader = reader;
    this.#writer = writer;
    this.#mayRead = mayRead;
  }

  /** Throws `FS_*`. */
  static async open(files: FileSystem, path: string, flags: number, options: FileOptions): Promise<OpenFile> {
    const mayRead = (flags & openFlags.read) !== 0;
    if ((flags & openFlags.write) !== 0) {
      const writer = await openWriter(files, path, flags, options);
      return new OpenFile(files, path, options, undefined, writer, mayRead);
    }
    const reader = await files.openRead(path, { ...options, offset: 0 });
    return new OpenFile(files, path, options, reader, undefined, mayRead);
  }

  /** Empty at the end of the file. Clients read on and on; whoever jumps costs a new reader. */
  async read(offset: number, bytes: number): Promise<Buffer> {
    if (!this.#mayRead) throw new Refusal(statusCodes.permissionDenied, "the file is not open for reading");
    if (this.#reader === undefined || this.#position !== offset) {
      await this.#reader?.[Symbol.asyncDispose]();
      this.#reader = undefined;
      this.#reader = await this.#files.openRead(this.path, { ...this.#options, offset });
      this.#position = offset;
    }
    const buffer = Buffer.allocUnsafe(bytes);
    const count = await this.#reader.read(buffer);
    this.#position += count;
    return buffer.subarray(0, count);
  }

  get writer(): SftpWriter {
    if (this.#writer !== undefined) return this.#writer;
    throw new Refusal(statusCodes.permissionDenied, "the file is not open for writing");
  }

  /** Only after this has resolved may a client be told that its file is complete. */
  async finish(): Promise<void> {
    await this.#writer?.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader?.[Symbol.asyncDispose]();
    await this.#writer?.[Symbol.asyncDispose]();
  }
}

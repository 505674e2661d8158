// The files and directories that one client has open.
import { type FileOptions, type FileReader, type FileSystem, updatesFiles } from "../../../platform/file-system.ts";
import { limits } from "../../../protocol/limits.ts";
import type { FileEntry } from "../../../protocol/listing/file-facts.ts";
import { openFlags, statusCodes } from "../wire/message-types.ts";
import { openWriter } from "./file-writers.ts";
import { NearReader } from "./near-reader.ts";
import type { SftpWriter } from "./sftp-writer.ts";
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
  readonly #mayRead: boolean;
  readonly #reader: NearReader;
  readonly #writer: SftpWriter | undefined;

  private constructor(path: string, reader: NearReader, writer: SftpWriter | undefined, mayRead: boolean) {
    this.path = path;
    this.#reader = reader;
    this.#writer = writer;
    this.#mayRead = mayRead;
  }

  /** Throws `FS_*`. */
  static async open(files: FileSystem, path: string, flags: number, options: FileOptions): Promise<OpenFile> {
    const mayRead = (flags & openFlags.read) !== 0;
    const isWritten = (flags & openFlags.write) !== 0;
    const writer = isWritten ? await openWriter(files, path, flags, options) : undefined;
    const open = (offset: number): Promise<FileReader> => files.openRead(path, { ...options, offset });
    const first = isWritten ? undefined : await open(0);
    // Where files can be changed anywhere, a reader that jumps costs little.
    const reader = new NearReader(first, open, updatesFiles(files) ? 0 : limits.sftpReorderBytesMax);
    return new OpenFile(path, reader, writer, mayRead);
  }

  /** Empty at the end of the file. */
  async read(offset: number, bytes: number): Promise<Buffer> {
    if (!this.#mayRead) throw new Refusal(statusCodes.permissionDenied, "the file is not open for reading");
    return await this.#reader.read(offset, bytes);
  }

  get writer(): SftpWriter {
    if (this.#writer !== undefined) return this.#writer;
    throw new Refusal(statusCodes.permissionDenied, "the file is not open for writing");
  }

  /** Only after this has resolved may a client get the status OK for its file. */
  async finish(): Promise<void> {
    await this.#writer?.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader[Symbol.asyncDispose]();
    await this.#writer?.[Symbol.asyncDispose]();
  }
}

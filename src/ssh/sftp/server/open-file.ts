// What a handle of SSH_FXP_OPEN stands for.
import type { FileOptions, FileReader, FileSystem } from "../../../platform/file-system.ts";
import { openFlags, statusCodes } from "../wire/message-types.ts";
import { openWriter, type SftpWriter } from "./file-writers.ts";
import { Refusal } from "./status.ts";

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

// What a handle of SSH_FXP_OPENDIR stands for.
import type { FileOptions, FileSystem } from "../../../platform/file-system.ts";
import { limits } from "../../../protocol/limits.ts";
import type { FileEntry } from "../../../protocol/listing/file-facts.ts";

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

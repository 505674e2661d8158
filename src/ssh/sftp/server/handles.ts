// The files and directories that one client has open.
import { limits } from "../../../protocol/limits.ts";
import { statusCodes } from "../wire/message-types.ts";
import type { OpenDirectory } from "./open-directory.ts";
import type { OpenFile } from "./open-file.ts";
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

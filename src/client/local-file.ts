// Files of this machine as source and destination of transfers.
import { type FileHandle, open, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { Writable } from "node:stream";
import { translateFsError } from "../filesystem/fs-error.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { printable } from "../protocol/printable.ts";

type Done = (error?: Error | null) => void;

/** Bytes that the file has; 0 when there is none. */
export async function localSize(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return 0;
    throw translateFsError(error, path);
  }
}

/** Reads from `offset` to the end, or as far as `end`; the next piece is read while the last one is used. */
export async function* readLocal(path: string, offset: number, end?: number): AsyncGenerator<Uint8Array> {
  let handle: FileHandle | undefined;
  let next: Promise<Uint8Array> | undefined;
  try {
    handle = await open(path, "r");
    for (let at = offset; end === undefined || at < end; ) {
      const piece = await (next ?? readPiece(handle, at, end));
      if (piece.length === 0) return;
      at += piece.length;
      next = readPiece(handle, at, end);
      next.catch(() => {});
      yield piece;
    }
  } catch (error) {
    throw translateFsError(error, path);
  } finally {
    await next?.catch(() => {});
    await handle?.close();
  }
}

async function readPiece(handle: FileHandle, at: number, end = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  const room = Math.max(0, Math.min(limits.streamBufferBytes, end - at));
  const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(room), 0, room, at);
  return buffer.subarray(0, bytesRead);
}

/** Opened with the first byte, or at the end of an empty file: a download that is refused destroys nothing. */
export class LateFile extends Writable {
  readonly #path: string;
  readonly #offset: number;
  #opening: Promise<FileHandle> | undefined;
  #at: number;

  constructor(path: string, offset: number) {
    super({ highWaterMark: limits.streamBufferBytes });
    this.#path = path;
    this.#offset = offset;
    this.#at = offset;
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    this.#put([chunk]).then(() => done(), done);
  }

  override _writev(chunks: { chunk: Uint8Array }[], done: Done): void {
    this.#put(chunks.map(({ chunk }) => chunk)).then(() => done(), done);
  }

  override _final(done: Done): void {
    this.#put([]).then(() => done(), done);
  }

  override _destroy(error: Error | null, done: Done): void {
    // It may be about to be opened.
    const closed = this.#opening?.then((handle) => handle.close()) ?? Promise.resolve();
    closed.then(
      () => done(error),
      (failure: Error) => done(error ?? failure),
    );
  }

  async #put(chunks: Uint8Array[]): Promise<void> {
    try {
      this.#opening ??= open(this.#path, this.#offset === 0 ? "w" : "r+");
      const handle = await this.#opening;
      let rest = chunks;
      while (rest.length > 0) {
        const { bytesWritten } = await handle.writev(rest, this.#at);
        this.#at += bytesWritten;
        rest = behind(rest, bytesWritten);
      }
    } catch (error) {
      throw translateFsError(error, this.#path);
    }
  }
}

/** What a short write has left. */
function behind(chunks: readonly Uint8Array[], written: number): Uint8Array[] {
  let skip = written;
  return chunks.flatMap((chunk) => {
    const from = Math.min(skip, chunk.length);
    skip -= from;
    return from < chunk.length ? [chunk.subarray(from)] : [];
  });
}

/**
 * Where a file of a listing may be written: `name` in `directory` and nowhere else.
 * @throws SallyportError `FS_OUTSIDE` for a name that is none: `..`, one with a slash (or a backslash, a drive, for systems
 * that take those for paths), an empty one.
 */
export function localPathFor(directory: string, name: string): string {
  const path = resolve(directory, name);
  const plain = !/[/\\\0]/.test(name) && name !== "." && name !== ".." && name !== "" && !/^[A-Za-z]:/.test(name);
  if (plain && basename(path) === name && path === resolve(directory, `./${name}`)) return path;
  throw new SallyportError("FS_OUTSIDE", `the server names a file "${printable(name, 120)}", which leads elsewhere`, {
    cure: "Download it by hand under another name if you trust the server.",
  });
}

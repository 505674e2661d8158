// Files of this machine as source and destination of transfers.

import { accessSync, closeSync, constants, open, read, type Stats, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, resolve, sep } from "node:path";
import { promisify } from "node:util";
import { fsError, translateFsError } from "../filesystem/fs-error.ts";
import { systemClock } from "../network/system-clock.ts";
import type { Clock } from "../platform/clock.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { printable } from "../protocol/printable.ts";

/** Bytes that the file has; 0 when there is none. */
export async function localSize(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return 0;
    throw translateFsError(error, path);
  }
}

/** Buffers that a file is read into, and which may be given back when nobody needs their bytes any more: larger ones, as long as that is soon. */
export class BufferPool {
  readonly #mostBytes: number;
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #takenMs: WeakMap<ArrayBufferLike, number> = new WeakMap();
  #bytes: number;
  #free: Uint8Array[] = [];

  /** Of a file of that many bytes, where it is known: a small file should not cost large buffers. */
  constructor(fileBytes: number = Number.POSITIVE_INFINITY, clock: Pick<Clock, "nowMs"> = systemClock) {
    this.#clock = clock;
    // Files that report no size (/proc) have bytes none the less.
    this.#bytes = Math.max(4096, Math.min(limits.clientFilePieceBytes, fileBytes));
    this.#mostBytes = Math.max(4096, Math.min(limits.clientQuickPieceBytes, fileBytes));
  }

  take(): Uint8Array {
    const buffer = this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#bytes);
    this.#takenMs.set(buffer.buffer, this.#clock.nowMs());
    return buffer;
  }

  giveBack({ buffer }: Uint8Array): void {
    const underWayMs = this.#clock.nowMs() - (this.#takenMs.get(buffer) ?? 0);
    if (underWayMs <= limits.clientQuickPieceMs) this.#resize(2 * this.#bytes);
    // Whether a transfer moves is seen by its pieces.
    else if (underWayMs >= limits.clientSlowPieceMs) this.#resize(limits.clientFilePieceBytes);
    if (buffer.byteLength === this.#bytes) this.#free.push(new Uint8Array(buffer));
  }

  #resize(bytes: number): void {
    const next = Math.min(bytes, this.#mostBytes);
    if (next === this.#bytes) return;
    this.#bytes = next;
    this.#free = [];
  }
}

/** Reads from `offset` to the end, or as far as `end`; the next piece is read while the last one is used. */
export async function* readLocal(
  path: string,
  offset: number,
  end?: number,
  buffers: BufferPool = new BufferPool(),
): AsyncGenerator<Uint8Array> {
  let descriptor: number | undefined;
  let next: Promise<Uint8Array> | undefined;
  try {
    descriptor = await openFile(path, "r");
    for (let at = offset; end === undefined || at < end; ) {
      const piece = await (next ?? readPiece(descriptor, buffers, at, end));
      if (piece.length === 0) return;
      at += piece.length;
      next = readPiece(descriptor, buffers, at, end);
      next.catch(() => {});
      yield piece;
    }
  } catch (error) {
    throw translateFsError(error, path);
  } finally {
    await next?.catch(() => {});
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

// Descriptors: Node's FileHandle costs a small file more than the file itself.
const openFile: (path: string, flags: string) => Promise<number> = promisify(open);
const readAt: typeof read.__promisify__ = promisify(read);

async function readPiece(
  descriptor: number,
  buffers: BufferPool,
  at: number,
  end = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  const buffer = buffers.take();
  const { bytesRead } = await readAt(descriptor, buffer, 0, Math.max(0, Math.min(buffer.length, end - at)), at);
  return buffer.subarray(0, bytesRead);
}

/**
 * Where a file of a listing may be written: `name` in `directory` and nowhere else.
 * @throws SallyportError `FS_OUTSIDE` for a name that is not one: `..`, one with a slash (or a backslash, a drive, for systems
 * that take those for paths), an empty one.
 * @example
 * for (const { name } of entries) await downloadFile(session, name, localPathFor("/tmp/here", name));
 */
export function localPathFor(directory: string, name: string): string {
  const plain = !/[/\\\0]/.test(name) && name !== "." && name !== ".." && name !== "" && !/^[A-Za-z]:/.test(name);
  const path = plain ? inside(resolved(directory), name) : "";
  if (plain && basename(path) === name) return path;
  throw new SallyportError("FS_OUTSIDE", `the server names a file "${printable(name, 120)}", which leads elsewhere`, {
    hint: "Download it by hand under another name if you trust the server.",
  });
}

const inside = (place: string, name: string): string => (place.endsWith(sep) ? place + name : place + sep + name);

/** Of the last directory: most files go where the one before went. */
let known = { directory: "", from: "", place: "" };

function resolved(directory: string): string {
  const from = process.cwd();
  if (known.directory !== directory || known.from !== from) known = { directory, from, place: resolve(directory) };
  return known.place;
}

/** Before the server is asked for a file that could not be written. Throws `FS_*`. What the kernel knows is no work for another thread. */
export function assertWritable(path: string): void {
  const found = statsOf(path);
  if (found?.isDirectory()) throw fsError("FS_IS_DIRECTORY", path);
  const place = found === undefined ? dirname(path) : path;
  try {
    // With the slash a file there is none.
    accessSync(found === undefined ? `${place}/` : place, constants.W_OK);
  } catch (cause) {
    if (found !== undefined || (cause as { code?: unknown }).code !== "ENOENT") throw translateFsError(cause, place);
    throw new SallyportError("FS_NOT_FOUND", `there is no directory "${printable(place, 200)}" here`, {
      cause,
      hint: "Make it first, or name another one.",
    });
  }
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw translateFsError(error, path);
  }
}

// Where an upload goes: into the file itself, or with atomic uploads into a temporary one that takes its name at the end.

import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { joinPath, parentOf, unfinishedPrefix } from "../protocol/file-path.ts";
import { limits } from "../protocol/limits.ts";
import { type FileSystem, type FileWriter, setsModes, type WriteStart } from "./file-system.ts";

/** Disposal without `finish`: the file stays as far as it got; an atomic one was never there. */
export type UploadTarget = Pick<FileWriter, "write" | "finish" | "mayHaveGaps" | typeof Symbol.asyncDispose>;

export interface UploadOptions {
  readonly start: WriteStart;
  readonly atomic: boolean;
  readonly randomName: () => string;
  readonly signal: AbortSignal;
}

export function openUpload(files: FileSystem, path: string, options: UploadOptions): Promise<UploadTarget> {
  const { start, signal, atomic } = options;
  return atomic ? openAtomic(files, path, options) : files.openWrite(path, { start, signal });
}

async function openAtomic(files: FileSystem, path: string, options: UploadOptions): Promise<UploadTarget> {
  const { start, signal, randomName } = options;
  const old = await statOrNothing(files, path, signal);
  if (old !== undefined && old.type !== "file") throw new SallyportError("FS_NOT_FILE", "not a regular file");
  if (old !== undefined && start === "exclusive") throw new SallyportError("FS_EXISTS", "it exists already");
  const temporary = joinPath(parentOf(path), unfinishedPrefix + randomName());
  const writer = await files.openWrite(temporary, { start: "exclusive", as: path, signal });
  let done = false;
  // The session's signal is aborted when its end is the reason to tidy up.
  const remove = async (): Promise<void> => {
    await writer[Symbol.asyncDispose]();
    if (!done) await files.remove(temporary, { signal: new AbortController().signal }).catch(() => {});
    done = true;
  };
  try {
    if (old !== undefined) await copyBeginning(files, path, writer, lengthKept(start, old.size), signal);
    else if (typeof start === "number" && start > 0) throw tooShort(0, start);
    const isModeKnown = old !== undefined && old.unreported?.includes("mode") !== true;
    if (isModeKnown && setsModes(files)) await files.setMode(temporary, old.mode & 0o777, { signal });
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    write: (pieces) => writer.write(pieces),
    finish: async () => {
      await writer.finish();
      await files.rename(temporary, path, { signal });
      done = true;
    },
    [Symbol.asyncDispose]: remove,
  };
}

/** How much of the old file stays: REST and APPE go on where it ends. What is appended to is read to its end: sizes may be wrong. */
function lengthKept(start: WriteStart, size: number): number {
  if (typeof start !== "number") return start === "append" ? Number.POSITIVE_INFINITY : 0;
  if (start > size) throw tooShort(size, start);
  return start;
}

async function copyBeginning(
  files: FileSystem,
  from: string,
  to: FileWriter,
  bytes: number,
  signal: AbortSignal,
): Promise<void> {
  if (bytes === 0) return;
  const reader = await files.openRead(from, { offset: 0, signal });
  try {
    const buffer = new Uint8Array(limits.fileChunkBytes);
    for (let left = bytes; left > 0; ) {
      signal.throwIfAborted();
      const count = await reader.read(buffer.subarray(0, Math.min(left, buffer.length)));
      if (count === 0 && left === Number.POSITIVE_INFINITY) return;
      if (count === 0) throw tooShort(bytes - left, bytes);
      await to.write([buffer.subarray(0, count)]);
      left -= count;
    }
  } finally {
    await reader[Symbol.asyncDispose]();
  }
}

async function statOrNothing(
  files: FileSystem,
  path: string,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<FileSystem["stat"]>> | undefined> {
  try {
    return await files.stat(path, { signal });
  } catch (error) {
    if (isSallyportError(error) && error.code === "FS_NOT_FOUND") return undefined;
    throw error;
  }
}

function tooShort(size: number, start: number): SallyportError {
  return new SallyportError("FS_FAILED", `the file has ${size} bytes, less than ${start}`);
}

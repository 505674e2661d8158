// What the operating system calls its errors about files, in our words.

import { type ErrorCode, isSallyportError, SallyportError } from "../protocol/error.ts";
import { ownEntry } from "../protocol/own-entry.ts";
import { printable } from "../protocol/printable.ts";

type FsCode = Extract<ErrorCode, `FS_${string}`>;

const words: Readonly<Record<FsCode, string>> = {
  FS_NOT_FOUND: "no such file or directory",
  FS_EXISTS: "it exists already",
  FS_NOT_DIRECTORY: "not a directory",
  FS_IS_DIRECTORY: "it is a directory",
  FS_NOT_EMPTY: "the directory is not empty",
  FS_NOT_FILE: "not a regular file",
  FS_PERMISSION: "permission denied",
  FS_READ_ONLY: "nothing can be changed here",
  FS_OUTSIDE: "it leads out of the directory that is served",
  FS_NO_SPACE: "no space is left",
  FS_NAME_INVALID: "the name cannot be one",
  FS_UNSUPPORTED: "this file system cannot do that",
  FS_FAILED: "the file system failed",
};

const codes: Readonly<Record<string, FsCode>> = {
  ENOENT: "FS_NOT_FOUND",
  EEXIST: "FS_EXISTS",
  ENOTDIR: "FS_NOT_DIRECTORY",
  EISDIR: "FS_IS_DIRECTORY",
  ENOTEMPTY: "FS_NOT_EMPTY",
  EACCES: "FS_PERMISSION",
  EPERM: "FS_PERMISSION",
  EROFS: "FS_READ_ONLY",
  ENOSPC: "FS_NO_SPACE",
  EDQUOT: "FS_NO_SPACE",
  EFBIG: "FS_NO_SPACE",
  ENAMETOOLONG: "FS_NAME_INVALID",
  EILSEQ: "FS_NAME_INVALID",
  EINVAL: "FS_NAME_INVALID",
  ELOOP: "FS_OUTSIDE",
  EXDEV: "FS_UNSUPPORTED",
  EOPNOTSUPP: "FS_UNSUPPORTED",
};

/** An error of ours about a path; the path is shown as the client knows it. */
export function fsError(code: FsCode, path: string, cause?: unknown, system?: string): SallyportError {
  const isLimit = system === "EMFILE" || system === "ENFILE";
  if (isLimit) {
    return new SallyportError(code, `${printable(path, 200)}: too many open files`, {
      cause,
      details: { system },
      hint: "Raise the limit of open files (ulimit -n 1024), or use fewer sessions (-j).",
    });
  }
  const why = code === "FS_FAILED" && system !== undefined ? `${words[code]} (${system})` : words[code];
  return new SallyportError(code, `${printable(path, 200)}: ${why}`, {
    cause,
    details: system === undefined ? undefined : { system },
  });
}

/** One of ours passes as it is. */
export function translateFsError(error: unknown, path: string): SallyportError {
  if (isSallyportError(error)) return error;
  const system = (error as { code?: unknown } | null)?.code;
  const name = typeof system === "string" ? system : String(error);
  return fsError(ownEntry(codes, name) ?? "FS_FAILED", path, error, name);
}

/** Runs an operation of the system and translates what it throws. */
export async function translating<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateFsError(error, path);
  }
}

/** Node takes a position that is no safe integer for the place where the file happens to be. Throws `FS_FAILED`. */
export function assertPosition(end: number, path: string): void {
  if (!Number.isSafeInteger(end)) throw fsError("FS_FAILED", path, undefined, "the offset is too large for any file");
}

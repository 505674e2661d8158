// Directories of a server: made with those above them (mkdir -p), removed with all that is in them (rm -r).

import type { CallOptions } from "../client/ftp-client.ts";
import { type ErrorCode, isSallyportError, SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { FileType } from "../protocol/listing/file-facts.ts";
import type { Listing } from "../protocol/listing/listed-entry.ts";
import { printable } from "../protocol/printable.ts";
import { isFtp, type ServerSession } from "./server-session.ts";
import { faultOf, joinPath } from "./tree.ts";

/**
 * Makes a directory, and those above it where they are missing. True when it was made, false when it was there.
 *
 * @throws SallyportError `FTP_REPLY_*` or `FS_*`: the refusal of the lowest directory that could not be made; the signal's reason.
 * @example
 * await ensureDirectory(session, "reports/2026/november");
 */
export async function ensureDirectory(
  session: ServerSession,
  path: string,
  { signal = new AbortController().signal }: CallOptions = {},
): Promise<boolean> {
  try {
    await session.mkdir(path, { signal });
    return true;
  } catch (error) {
    if (!isSallyportError(error) || !/^(?:FTP_REPLY_PERMANENT|FS_)/.test(error.code)) throw error;
    const found = await session.stat(path, { signal }).catch(() => undefined);
    if (found?.type === "directory") return false;
    const above = /^(.*[^/])\/+[^/]+$/s.exec(path)?.[1];
    if (found !== undefined || above === undefined || above === "~") throw error;
    if (!(await ensureDirectory(session, above, { signal }))) throw error;
    await session.mkdir(path, { signal });
    return true;
  }
}

/** Who learns of what {@link removeDirectory} does. */
export interface RemoveDirectoryOptions extends CallOptions {
  /** Called with each file and directory that is gone. */
  readonly onRemoved?: (path: string) => void;
  /** Called with what could not be removed; the others go on. Absent: the first failure ends it, and is thrown. */
  readonly onFailed?: (path: string, error: SallyportError) => void;
}

/**
 * Removes a directory with all that is in it, hidden files too. A symbolic link itself is removed, not what it points to. True when
 * nothing is left of it.
 *
 * @throws SallyportError `FS_NOT_DIRECTORY` for a file, `FTP_REPLY_*` or `FS_*` for what is refused, `CONFIG_INVALID` for the root and the login
 * directory; the signal's reason.
 * @example
 * await removeDirectory(session, "reports/2025");
 */
export async function removeDirectory(
  session: ServerSession,
  path: string,
  options: RemoveDirectoryOptions = {},
): Promise<boolean> {
  const { signal = new AbortController().signal, onRemoved = () => {}, onFailed } = options;
  if (/^[~/.]*$/.test(path)) {
    throw new SallyportError(
      "CONFIG_INVALID",
      `"${printable(path, 200)}" is no directory to remove, but all that there is`,
    );
  }
  const { type } = await session.stat(path, { signal });
  if (type !== "directory" && type !== "link") {
    throw new SallyportError("FS_NOT_DIRECTORY", `"${printable(path, 200)}" is not a directory`, {
      hint: "Use the session's `remove`.",
    });
  }
  const failed = (at: string, error: SallyportError): void => {
    if (onFailed === undefined) throw error;
    onFailed(at, error);
  };
  return await removeTree(session, path, { signal, removed: onRemoved, failed });
}

export interface Removal {
  readonly signal: AbortSignal;
  removed(path: string): void;
  /** It is still there, and with it the directories above it. */
  failed(path: string, error: SallyportError): void;
}

/**
 * True when nothing is left of it. Each name is removed as a file first, whatever the listing calls it: a symbolic link goes
 * by that, what it points to stays.
 * @throws what ends the session, the signal's reason
 */
export async function removeTree(
  session: ServerSession,
  path: string,
  removal: Removal,
  type?: FileType,
  depth = 0,
): Promise<boolean> {
  const refusal = await refusalOf(session.remove(path, { signal: removal.signal }));
  const error =
    refusal === undefined ? undefined : await removeWithContent(session, path, removal, type, depth, refusal);
  if (error === undefined) removal.removed(path);
  else if (error !== "reported") removal.failed(path, error);
  return error === undefined;
}

/** Undefined when it is gone; `reported` when what is in it could not be removed, and `failed` has been called for that. */
async function removeWithContent(
  session: ServerSession,
  path: string,
  removal: Removal,
  type: FileType | undefined,
  depth: number,
  refusal: SallyportError,
): Promise<SallyportError | "reported" | undefined> {
  const { signal } = removal;
  if ((type ?? (await typeOf(session, path, signal))) !== "directory") return refusal;
  if (depth >= limits.clientTreeDepthMax) return tooDeep();
  const listing = await refusable(session.list(path, { signal }));
  if (isSallyportError(listing)) return listing;
  if (!(await removeContent(session, path, listing, removal, depth))) return "reported";
  const error = await refusalOf(session.rmdir(path, { signal }));
  if (error === undefined || !isFtp(session)) return error;
  // LIST of many servers leaves out what begins with a dot.
  const hidden = await refusable(session.list(path, { signal, options: "-a" }));
  if (isSallyportError(hidden) || hidden.entries.length === 0) return error;
  if (!(await removeContent(session, path, hidden, removal, depth))) return "reported";
  return await refusalOf(session.rmdir(path, { signal }));
}

async function removeContent(
  session: ServerSession,
  path: string,
  { entries, unread }: Pick<Listing, "entries" | "unread">,
  removal: Removal,
  depth: number,
): Promise<boolean> {
  let isEmpty = unread.length === 0;
  for (const line of unread) removal.failed(path, faultOf(line));
  for (const { name, type } of entries) {
    isEmpty = (await removeTree(session, joinPath(path, name), removal, type, depth + 1)) && isEmpty;
  }
  return isEmpty;
}

/** One file, and no directory. Throws `FS_IS_DIRECTORY`, and what the server says. */
export async function removeFile(session: ServerSession, path: string, signal: AbortSignal): Promise<void> {
  const refusal = await refusalOf(session.remove(path, { signal }));
  if (refusal === undefined) return;
  if ((await typeOf(session, path, signal)) !== "directory") throw refusal;
  throw new SallyportError("FS_IS_DIRECTORY", `"${printable(path, 200)}" is a directory`, {
    cause: refusal,
    hint: "Add -r to remove it with everything in it.",
  });
}

async function typeOf(session: ServerSession, path: string, signal: AbortSignal): Promise<FileType | undefined> {
  const found = await refusable(session.stat(path, { signal }));
  return isSallyportError(found) ? undefined : found.type;
}

async function refusalOf(call: Promise<unknown>): Promise<SallyportError | undefined> {
  const result = await refusable(call);
  return isSallyportError(result) ? result : undefined;
}

/** What the server refuses is a result; anything else is thrown on. */
async function refusable<T>(call: Promise<T>): Promise<T | SallyportError> {
  try {
    return await call;
  } catch (error) {
    if (isSallyportError(error) && /^(?:FTP_REPLY_PERMANENT|FTP_REPLY_TRANSIENT|FS_|LIMIT_LISTING)/.test(error.code)) {
      return error;
    }
    throw error;
  }
}

function tooDeep(): SallyportError {
  return new SallyportError("LIMIT_LISTING", `directories are nested more than ${limits.clientTreeDepthMax} deep`, {
    hint: "There may be a loop at the server; remove a part of the tree.",
  });
}

/** What a server says of a directory that is there already, among other things. */
const taken: ReadonlySet<ErrorCode> = new Set(["FTP_REPLY_PERMANENT", "FS_EXISTS"]);

/** Makes one directory, or finds it there. Throws the refusal of MKD when there is no directory afterwards. */
export async function makeDirectoryThere(session: ServerSession, path: string, signal: AbortSignal): Promise<void> {
  try {
    await session.mkdir(path, { signal });
  } catch (error) {
    if (!isSallyportError(error) || !taken.has(error.code)) throw error;
    const found = await session.stat(path, { signal }).catch(() => undefined);
    if (found?.type !== "directory") throw error;
  }
}

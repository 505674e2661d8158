// Removes a file of a server, or a directory with all that is in it.
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { FileType } from "../protocol/listing/file-facts.ts";
import type { Listing } from "../protocol/listing/listed-entry.ts";
import { printable } from "../protocol/printable.ts";
import { isFtp, type ServerSession } from "./server-session.ts";
import { faultOf, joinPath } from "./tree.ts";

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
  const error = refusal === undefined ? undefined : await removeDirectory(session, path, removal, type, depth, refusal);
  if (error === undefined) removal.removed(path);
  else if (error !== "told") removal.failed(path, error);
  return error === undefined;
}

/** Undefined when it is gone; `told` when what is in it could not be removed. */
async function removeDirectory(
  session: ServerSession,
  path: string,
  removal: Removal,
  type: FileType | undefined,
  depth: number,
  refusal: SallyportError,
): Promise<SallyportError | "told" | undefined> {
  const { signal } = removal;
  if ((type ?? (await typeOf(session, path, signal))) !== "directory") return refusal;
  if (depth >= limits.clientTreeDepthMax) return tooDeep();
  const listing = await refusable(session.list(path, { signal }));
  if (isSallyportError(listing)) return listing;
  if (!(await removeContent(session, path, listing, removal, depth))) return "told";
  const error = await refusalOf(session.rmdir(path, { signal }));
  if (error === undefined || !isFtp(session)) return error;
  // LIST of many servers leaves out what begins with a dot.
  const hidden = await refusable(session.list(path, { signal, options: "-a" }));
  if (isSallyportError(hidden) || hidden.entries.length === 0) return error;
  if (!(await removeContent(session, path, hidden, removal, depth))) return "told";
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

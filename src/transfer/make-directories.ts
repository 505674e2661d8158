// Directories of a server, with those above them.
import { type ErrorCode, isSallyportError } from "../protocol/error.ts";
import type { ServerSession } from "./server-session.ts";

/**
 * Makes a directory, those above it too where they are missing; one that is there is fine. True when it was made.
 * @throws the refusal of the lowest directory that could not be made
 */
export async function makeDirectories(session: ServerSession, path: string, signal: AbortSignal): Promise<boolean> {
  try {
    await session.mkdir(path, { signal });
    return true;
  } catch (error) {
    if (!isSallyportError(error) || !/^(?:FTP_REPLY_PERMANENT|FS_)/.test(error.code)) throw error;
    const found = await session.stat(path, { signal }).catch(() => undefined);
    if (found?.type === "directory") return false;
    const above = /^(.*[^/])\/+[^/]+$/s.exec(path)?.[1];
    if (found !== undefined || above === undefined || above === "~") throw error;
    if (!(await makeDirectories(session, above, signal))) throw error;
    await session.mkdir(path, { signal });
    return true;
  }
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

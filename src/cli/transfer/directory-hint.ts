// A file that turned out to be a directory at the server: what to type then. The server's own words are "Failed to open file".
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { printable } from "../../protocol/printable.ts";
import type { ServerSession } from "../../transfer/server-session.ts";

/** Runs a transfer of one file. Throws what it throws, or `FS_IS_DIRECTORY` with the hint where `path` is a directory. */
export async function withDirectoryHint(
  session: ServerSession,
  path: string,
  hint: string,
  signal: AbortSignal,
  transfer: () => Promise<void>,
): Promise<void> {
  try {
    await transfer();
  } catch (error) {
    if (!isSallyportError(error) || !/^(?:FTP_REPLY_PERMANENT|FS_)/.test(error.code)) throw error;
    // It says already what to do.
    if (error.code === "FS_IS_DIRECTORY" && error.hint !== undefined) throw error;
    const isDirectory = error.code === "FS_IS_DIRECTORY" || (await isDirectoryThere(session, path, signal));
    if (!isDirectory) throw error;
    throw new SallyportError("FS_IS_DIRECTORY", `"${printable(path, 200)}" is a directory at the server`, {
      cause: error,
      hint,
    });
  }
}

async function isDirectoryThere(session: ServerSession, path: string, signal: AbortSignal): Promise<boolean> {
  const found = await session.stat(path, { signal }).catch(() => undefined);
  signal.throwIfAborted();
  return found?.type === "directory";
}

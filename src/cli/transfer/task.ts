// What all tasks of a run are made of: servers are named by URLs.
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { printable } from "../../protocol/printable.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import { formatFtpUrl } from "../../protocol/url/ftp-url.ts";
import { type Matches, matchingEntries } from "../../transfer/matching.ts";
import type { ServerSession } from "../../transfer/server-session.ts";
import { faultOf } from "../../transfer/tree.ts";
import type { TaskContext as Context, Task as TaskOf } from "../../transfer/worker-pool.ts";
import type { RunContext } from "./context.ts";

export function patternTask(
  context: RunContext,
  url: FtpUrl,
  each: (entry: Matches["entries"][number]) => Task | undefined,
): Task {
  const name = formatFtpUrl(url);
  return {
    name,
    run: async ({ session, signal }) => {
      const { entries, unread } = await matchingEntries(await session(url), url, signal);
      for (const line of unread) context.fail(name, faultOf(line));
      return entries.flatMap((entry) => each(entry) ?? []);
    },
  };
}

/** A match that is no file, where files are wanted. */
export function leaveOutMatch(context: RunContext, { path, type }: Matches["entries"][number]): undefined {
  context.leaveOut(path, type === "directory" ? "a directory; -r takes it too" : "neither file nor directory");
}

export type Task = TaskOf<FtpUrl>;
export type TaskContext = Context<FtpUrl>;

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
    // It has a hint already.
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

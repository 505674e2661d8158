// Where a file at the server ends, found out by reading: for servers whose word on sizes cannot be taken (0 of every file, blocks).
import { raceAbort } from "../../platform/abort.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { printable } from "../../protocol/printable.ts";
import { statusCodes } from "../../ssh/sftp/wire/message-types.ts";
import type { Reply } from "../../ssh/sftp/wire/replies.ts";
import { requests } from "../../ssh/sftp/wire/requests.ts";
import { flagsOf, type SftpCalls } from "./sftp-calls.ts";

/** What stands at a place of the file, or nobody may read it. */
type End = "before" | "here" | "behind" | "hidden";

/** Whether the file ends before, at or behind its first `bytes`. Costs three round trips. */
async function endOf(session: SftpCalls, path: string, bytes: number, signal: AbortSignal): Promise<End> {
  try {
    await using handle = await session.open(path, flagsOf.read, { path, doing: "read" }, signal);
    // The last byte that must be there, and the first one that must not: each for itself, since a server may give less than was asked for.
    const byteAt = (at: number): Promise<Reply> => session.client.ask(requests.read(handle.id, at, 1)).reply;
    const asked = Promise.all([bytes === 0 ? undefined : byteAt(bytes - 1), byteAt(bytes)]);
    const [last, next] = await raceAbort(asked, signal);
    if (next.type === "data") return "behind";
    if (last === undefined || last.type === "data") return isEnd(next) ? "here" : "hidden";
    return isEnd(last) ? "before" : "hidden";
  } catch (error) {
    if (signal.aborted || session.client.isOver || !isSallyportError(error)) throw error;
    return "hidden";
  }
}

const isEnd = (reply: Reply): boolean => reply.type === "status" && reply.code === statusCodes.endOfFile;

/** Throws `FS_FAILED` where the file has less than that. */
export async function assertReaches(
  session: SftpCalls,
  path: string,
  bytes: number,
  signal: AbortSignal,
): Promise<void> {
  if ((await endOf(session, path, bytes, signal)) === "before")
    throw wrongEnd(path, `it has fewer than ${bytes} bytes`);
}

/** A file of which `bytes` are written ends behind them. Throws `FS_FAILED` where it does not and cannot be made to. */
export async function endAt(session: SftpCalls, path: string, bytes: number, signal: AbortSignal): Promise<void> {
  const reported = `the server does not report the ${bytes} bytes that were written`;
  const end = await endOf(session, path, bytes, signal);
  if (end === "here") return;
  if (end === "before") throw wrongEnd(path, reported);
  const about = { path, doing: "write" } as const;
  try {
    await using handle = await session.open(path, flagsOf.update, about, signal);
    await session.ask(requests.fsetstat(handle.id, { size: bytes }), about, signal);
    if (session.features.fsync) await session.ask(requests.fsync(handle.id), about, signal);
    await handle.close(signal);
  } catch (error) {
    if (signal.aborted || session.client.isOver || !isSallyportError(error)) throw error;
    throw wrongEnd(path, `${reported}; what was there before may still stand behind them`, error);
  }
}

function wrongEnd(path: string, why: string, cause?: unknown): SallyportError {
  return new SallyportError("FS_FAILED", `${printable(path, 200)}: ${why}`, {
    cause,
    hint: "--in-place has the server itself empty a file before it is written.",
  });
}

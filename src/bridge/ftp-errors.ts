// Why an FTP server refused, as a FileSystem says it. Its replies become SFTP's statuses in one table, and what those leave open (550 is said
// of nearly everything) is found out by looking at what is there, as for an SFTP server.

import { fsError } from "../filesystem/fs-error.ts";
import { explainStatus, type Failure, type Inspection } from "../filesystem/sftp/explain-status.ts";
import { isSallyportError } from "../protocol/error.ts";
import { parentOf } from "../protocol/file-path.ts";
import { type StatusCode, statusCodes } from "../ssh/sftp/wire/message-types.ts";

const { failure, permissionDenied, unsupported, badMessage } = statusCodes;

/** RFC 959 section 4.2. What is not here is `failure`. */
export const statusOfReply: Readonly<Record<number, StatusCode>> = {
  450: failure,
  451: failure,
  452: failure,
  500: unsupported,
  501: badMessage,
  502: unsupported,
  504: unsupported,
  530: permissionDenied,
  532: permissionDenied,
  550: failure,
  552: failure,
  553: permissionDenied,
};

/** No room; what else they may mean does not happen to files. */
const noRoom: ReadonlySet<number> = new Set([452, 552]);

const missing = /no such|not found|does ?n[o']t exist|not exist|cannot find|unavailable/i;
const denied = /permission|denied|not (?:allowed|permitted)|read.?only|privilege/i;

export type FtpFailure = Omit<Failure, "status">;

/** Errors of the session itself, and ours, pass as they are. */
export async function explainReply(
  error: unknown,
  about: FtpFailure,
  look: Inspection["look"],
  signal: AbortSignal,
): Promise<unknown> {
  if (!isSallyportError(error) || signal.aborted) return error;
  const { reply } = error.details;
  if (reply === undefined || !error.code.startsWith("FTP_")) return error;
  if (noRoom.has(reply)) return fsError("FS_NO_SPACE", about.path, error);
  const code = statusOfReply[reply] ?? failure;
  const inspection: Inspection = { features: { posixRename: true }, look };
  const words = error.message;
  const status = { code: code === failure ? await guess(words, reply, about, look, signal) : code, words };
  return await explainStatus(inspection, { ...about, status }, signal);
}

/** What a 550 most likely means: its words, else whether there is anything. */
async function guess(
  words: string,
  reply: number,
  { path, doing }: FtpFailure,
  look: Inspection["look"],
  signal: AbortSignal,
): Promise<StatusCode | typeof statusCodes.noSuchFile> {
  if (reply !== 550) return failure;
  if (denied.test(words)) return permissionDenied;
  const wanted = doing === "mkdir" || doing === "create" || doing === "write" ? parentOf(path) : path;
  const isThere = (await look(wanted, "stat", signal)) !== undefined;
  if (!isThere) return statusCodes.noSuchFile;
  return missing.test(words) && wanted === path ? statusCodes.noSuchFile : permissionDenied;
}

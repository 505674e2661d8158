// A copy has the time of last change of what it was made from, where whoever keeps it lets that be set. A refusal is no failure.
import { utimesSync } from "node:fs";
import { isSallyportError } from "../protocol/error.ts";
import type { ListedTime } from "../protocol/listing/listed-entry.ts";
import { isFtp, type ServerSession } from "./server-session.ts";

/** Of a file of this machine. */
export function keepTimeHere(path: string, modifiedMs: number | undefined): void {
  if (modifiedMs === undefined) return;
  try {
    utimesSync(path, new Date(), modifiedMs / 1000);
  } catch {
    // The file is what matters.
  }
}

/** Sessions whose server does not know how; they are not asked for each file. */
const without = new WeakSet<ServerSession>();

/** Of a file at an FTP server: MFMT, else MDTM with a time. Throws the signal's reason: the file itself has been confirmed. */
export async function keepTimeThere(
  session: ServerSession,
  path: string,
  modifiedMs: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (modifiedMs === undefined || !isFtp(session) || without.has(session)) return;
  const { features } = session;
  const isFact = features.has("MFMT");
  if (features.size > 0 && !isFact && !features.has("MDTM")) return;
  try {
    await session.setModified(path, modifiedMs, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    const isRefused = isSallyportError(error) && error.code.startsWith("FTP_REPLY_");
    if (!isRefused) return;
    // A server whose MDTM takes no time looks for a file of that name.
    if (!isFact || [500, 501, 502, 504].includes(error.details.reply ?? 0)) without.add(session);
  }
}

/** What a listing tells, where it is as exact as MDTM. */
export function exactTime(modified: ListedTime | undefined): number | undefined {
  const isExact = modified?.zone === "utc" && (modified.precision === "second" || modified.precision === "millisecond");
  return isExact ? modified.ms : undefined;
}

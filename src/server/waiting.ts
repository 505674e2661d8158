// What waits for its turn in a session, and what it may do while it waits.
import { argumentText, type Command } from "../protocol/command.ts";
import { findCommand } from "../protocol/command-table.ts";
import { servedCommands } from "../protocol/server/served-commands.ts";

/** A command, a line that is not a command, the client's end-of-file. */
export type Waiting = Command | { readonly malformed: string } | "end";

const isCommand = (waiting: Waiting): waiting is Command => waiting !== "end" && !("malformed" in waiting);

/** During a transfer NOOP and STAT are answered at once; RFC 959 section 5.4: STAT then tells how far it is. */
export function goesBesideTransfer(waiting: Waiting): boolean {
  if (!isCommand(waiting)) return false;
  return waiting.verb === "NOOP" || (waiting.verb === "STAT" && argumentText(waiting) === "");
}

/** ABOR is about a transfer that was asked for before it, also about one that has not begun (RFC 959 section 4.1.3). */
export function isAbortedAhead(waiting: Waiting, behind: readonly Waiting[]): boolean {
  if (!isCommand(waiting) || findCommand(waiting.verb)?.data === undefined) return false;
  return behind.some((later) => isCommand(later) && later.verb === "ABOR");
}

/** What works on files or data may take its time and can be aborted; the others are done before an ABOR is read. */
export function isAbortable(waiting: Waiting): boolean {
  return isCommand(waiting) && (servedCommands.get(waiting.verb)?.groups.length ?? 0) > 0;
}

const checksums = /^(HASH|XCRC|X?MD5|XSHA\d*)$/;

/**
 * A client that ends without QUIT has died. In the middle of an upload its data is no whole file then, end-of-file or not;
 * and a checksum is work for nobody.
 */
export function isLostWithClient(running: Waiting, behind: readonly Waiting[]): boolean {
  if (!isCommand(running) || behind.some((later) => isCommand(later) && later.verb === "QUIT")) return false;
  return findCommand(running.verb)?.data === "upload" || checksums.test(running.verb);
}

// Whose is the socket at the other end? Only within this machine, and only where the system tells: Linux, in /proc (proc(5)).
import { type Ends, isWithinMachine, socketRow } from "./socket-row.ts";

/**
 * User id of the process that holds the remote end; `"gone"` when it has closed that end already; `undefined` when that cannot
 * be known: the remote end is on another machine or in another network namespace, or the system does not tell.
 */
export async function socketOwner(ends: Ends): Promise<number | "gone" | undefined> {
  if (!isWithinMachine(ends)) return undefined;
  const row = await socketRow({ local: ends.remote, remote: ends.local });
  return row && ownerIn(row);
}

/** A socket that no process holds any more belongs to nobody, and the kernel tells that as root. */
function ownerIn(row: readonly string[]): number | "gone" {
  const [, , , , , , , uid = "", , inode = ""] = row;
  return uid === "0" && inode === "0" ? "gone" : Number(uid);
}

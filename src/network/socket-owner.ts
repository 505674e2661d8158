// Whose is the socket at the other end? Only within this machine, and only where the system tells: Linux, in /proc (proc(5)).
import type { Owner } from "../admission/client-identity.ts";
import type { Ends } from "../platform/endpoint.ts";
import type { Soon } from "../platform/soon.ts";
import type { SocketRow } from "./socket-diag.ts";
import { isWithinMachine, socketRow } from "./socket-row.ts";

/**
 * User id of the process that holds the remote end; `"gone"` when it has closed that end already; `undefined` when that cannot
 * be known: the remote end is on another machine or in another network namespace, or the system does not tell; or the signal is aborted.
 */
export function socketOwner(ends: Ends, signal?: AbortSignal): Soon<Owner> {
  if (!isWithinMachine(ends)) return undefined;
  const far = { local: ends.remote, remote: ends.local };
  const ownerIn = (row: SocketRow | undefined): Owner => row && holderOf(row);
  // A row can be passed over: it moves up when another one of its bucket goes between two pieces of a reading.
  return socketRow(far, signal).then((row) =>
    row === undefined ? socketRow(far, signal).then(ownerIn) : ownerIn(row),
  );
}

/** A socket that no process holds any more belongs to nobody, and the kernel tells that as root. */
function holderOf({ uid, inode }: SocketRow): Owner {
  return uid === 0 && inode === 0 ? "gone" : uid;
}

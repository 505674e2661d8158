// Whether what is at the server is the beginning of an upload's source.
import { compareBytes, firstBytes, type Tail } from "../compare-tail.ts";
import { isRefusal } from "../identify.ts";
import type { StoreOrder } from "../store-order.ts";
import { readRemote } from "./check-transfer.ts";
import type { SftpRemote } from "./sftp-remote.ts";

/** The last of the first `bytes`; `unknown` where the server lets nobody read, or the source cannot be read twice. */
export async function compareRemoteTail(
  remote: SftpRemote,
  path: string,
  bytes: number,
  { source, signal }: StoreOrder,
): Promise<Tail> {
  const offset = Math.max(0, bytes - compareBytes);
  if (bytes === 0) return "same";
  if (!source.seekable) return "unknown";
  let there: Buffer;
  try {
    there = await firstBytes(readRemote(remote, path, offset, signal), bytes - offset);
  } catch (error) {
    signal.throwIfAborted();
    if (isRefusal(error)) return "unknown";
    throw error;
  }
  const ours = await firstBytes(source.open(offset), bytes - offset);
  return Buffer.compare(there, ours) === 0 ? "same" : "different";
}

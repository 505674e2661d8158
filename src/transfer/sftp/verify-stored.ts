// After an upload: what can be compared, and is.
import type { Digest } from "../../client/checksum.ts";
import { isRefusal } from "../identify.ts";
import type { Transferred } from "../server-session.ts";
import type { StoreOrder } from "../store-order.ts";
import { checkSize, demandSameHash, hashRemote, type SizeCheck } from "./check-transfer.ts";
import type { SftpRemote } from "./sftp-remote.ts";

/** Throws `FTP_VERIFY`. That the server tells nothing, or has taken the file away, is nothing compared. */
export async function verifyStored(
  remote: SftpRemote,
  path: string,
  bytes: number,
  digest: Digest | undefined,
  order: Pick<StoreOrder, "verify" | "signal">,
  size?: SizeCheck,
): Promise<Transferred["verified"]> {
  if (order.verify === "none") return "nothing";
  const compared = size ?? (await checkSize(remote, path, bytes, order.signal));
  const plain = compared === "size" ? "size" : "nothing";
  if (digest === undefined || compared === "gone") return plain;
  const there = await hashRemote(remote, path, order.signal).catch((error: unknown) => {
    if (order.signal.aborted || !isRefusal(error)) throw error;
    return undefined;
  });
  if (there === undefined) return plain;
  demandSameHash(path, digest.hex(), there);
  return "SHA-256";
}

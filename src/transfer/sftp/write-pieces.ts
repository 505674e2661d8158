// The bytes of an upload, from the source into a file that is open at the server.
import { type Digest, makeDigest } from "../../client/checksum.ts";
import type { SftpUpdater } from "../../filesystem/sftp/sftp-writer.ts";
import type { StoreOrder } from "../store-order.ts";
import { pieces } from "./pieces.ts";
import type { SftpRemote } from "./sftp-remote.ts";

/** Writes the source from there on, and finishes the file. `reached` is told how much there is. Returns the bytes of the whole. */
export async function writePieces(
  remote: SftpRemote,
  file: SftpUpdater,
  from: number,
  { source, identity, signal, onProgress }: StoreOrder,
  digest: Digest | undefined,
  reached: (bytes: number) => void,
): Promise<number> {
  const lost = new AbortController();
  void remote.client.closed.then((why) => lost.abort(why));
  let end = from;
  for await (const piece of pieces(source.open(from), AbortSignal.any([signal, lost.signal]))) {
    digest?.update(piece);
    await file.writePieces(end, [piece]);
    end += piece.length;
    reached(end);
    onProgress({ bytes: end, size: identity.size });
  }
  await file.finish();
  return end;
}

/** A checksum needs the bytes before as well: the source is read from its beginning. */
export async function digestOf({ source, verify }: StoreOrder, bytes: number): Promise<Digest | undefined> {
  if (verify !== "hash" || (bytes > 0 && !source.seekable)) return undefined;
  const digest = makeDigest("SHA-256");
  if (bytes === 0) return digest;
  let left = bytes;
  for await (const piece of source.open(0)) {
    digest.update(piece.subarray(0, left));
    left -= piece.length;
    if (left <= 0) break;
  }
  return digest;
}

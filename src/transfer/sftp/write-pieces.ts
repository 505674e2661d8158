// The bytes of an upload, from the source into a file that is open at the server.

import type { Chunks } from "../../client/compare-tail.ts";
import type { SftpUpdater } from "../../filesystem/sftp/sftp-writer.ts";
import { LinkedAbort, raceAbort } from "../../platform/abort.ts";
import { type Digest, makeDigest } from "../../platform/digest.ts";
import { isSallyportError } from "../../protocol/error.ts";
import type { StoreOrder } from "../store-order.ts";
import type { SftpChannel } from "./sftp-channel.ts";

/** Writes the source from there on, and finishes the file. `reached` is told how much there is. Returns the bytes of the whole. */
export async function writePieces(
  remote: SftpChannel,
  file: SftpUpdater,
  from: number,
  { source, identity, signal, onProgress }: StoreOrder,
  digest: Digest | undefined,
  reached: (bytes: number) => void,
): Promise<number> {
  // Both live longer than the file.
  const stop = new LinkedAbort(signal, remote.lost);
  let end = from;
  try {
    for await (const piece of pieces(source.open(from), stop.signal)) {
      digest?.update(piece);
      await file.writePieces(end, [piece]);
      end += piece.length;
      reached(end);
      onProgress({ bytes: end, size: identity.size });
    }
  } finally {
    stop.release();
  }
  await file.finish();
  return end;
}

/** What is compared at the end. A checksum needs the bytes before as well: the source is read from its beginning. */
export async function planOf(
  { source, verify }: StoreOrder,
  bytes: number,
): Promise<{ readonly size: boolean; readonly digest: Digest | undefined }> {
  const size = verify !== "none";
  if (verify !== "hash" || (bytes > 0 && !source.seekable)) return { size, digest: undefined };
  const digest = makeDigest("SHA-256");
  if (bytes === 0) return { size, digest };
  let left = bytes;
  for await (const piece of source.open(0)) {
    digest.update(piece.subarray(0, left));
    left -= piece.length;
    if (left <= 0) break;
  }
  return { size, digest };
}

/**
 * The pieces in their order. Throws the signal's reason at once, also while the source waits for something that may never come:
 * standard input does not know that the server is gone.
 */
export async function* pieces(chunks: Chunks, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const source = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  let isOver = false;
  try {
    for (;;) {
      const next = await raceAbort(Promise.resolve(source.next()), signal);
      isOver = next.done === true;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not awaited: it comes behind a piece that may never come.
    if (!isOver) void Promise.resolve(source.return?.()).catch(() => {});
  }
}

export async function keepTime(
  { files }: SftpChannel,
  path: string,
  { modifiedMs, signal }: Pick<StoreOrder, "modifiedMs" | "signal">,
): Promise<void> {
  if (modifiedMs === undefined) return;
  await files.setModified(path, modifiedMs, { signal }).catch((error: unknown) => {
    if (!isSallyportError(error) || !error.code.startsWith("FS_")) throw error;
  });
}

// Checksums of files: HASH (draft-bryan-ftpext-hash) and the older commands.
import { makeDigest } from "../platform/digest.ts";
import type { FileReader } from "../platform/file-system.ts";
import { type HashName, hashAlgorithms } from "../protocol/hashes.ts";
import { limits } from "../protocol/limits.ts";

/** Best first, as FEAT lists them. */
export const hashNames: readonly HashName[] = hashAlgorithms.map(({ name }) => name);

/** The checksum of at most `length` bytes from where the reader stands, and how many there were. */
export async function checksum(
  reader: FileReader,
  name: HashName,
  length: number,
  signal: AbortSignal,
): Promise<{ readonly hash: string; readonly bytes: number }> {
  const digest = makeDigest(name);
  const buffer = new Uint8Array(limits.fileChunkBytes);
  let bytes = 0;
  while (bytes < length) {
    signal.throwIfAborted();
    const count = await reader.read(buffer.subarray(0, Math.min(buffer.length, length - bytes)));
    if (count === 0) break;
    digest.update(buffer.subarray(0, count));
    bytes += count;
  }
  return { hash: digest.hex(), bytes };
}

// Checksums of files: HASH (draft-bryan-ftpext-hash) and the older commands.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { FileReader } from "../platform/file-system.ts";
import { limits } from "../protocol/limits.ts";

export type HashName = "SHA-512" | "SHA-256" | "SHA-1" | "MD5" | "CRC32";

/** Best first, as FEAT lists them. */
export const hashNames: readonly HashName[] = ["SHA-512", "SHA-256", "SHA-1", "MD5", "CRC32"];

interface Digest {
  update(bytes: Uint8Array): void;
  /** Hexadecimal, small letters. */
  end(): string;
}

function openssl(name: string): () => Digest {
  return () => {
    const hash = createHash(name);
    return { update: (bytes) => void hash.update(bytes), end: () => hash.digest("hex") };
  };
}

function crc(): Digest {
  let value = 0;
  return {
    update: (bytes) => {
      value = crc32(bytes, value);
    },
    end: () => value.toString(16).padStart(8, "0"),
  };
}

const digests: Readonly<Record<HashName, () => Digest>> = {
  "SHA-512": openssl("sha512"),
  "SHA-256": openssl("sha256"),
  "SHA-1": openssl("sha1"),
  MD5: openssl("md5"),
  CRC32: crc,
};

/** The checksum of at most `length` bytes from where the reader stands, and how many there were. */
export async function checksum(
  reader: FileReader,
  name: HashName,
  length: number,
  signal: AbortSignal,
): Promise<{ readonly hash: string; readonly bytes: number }> {
  const digest = digests[name]();
  const buffer = new Uint8Array(limits.fileChunkBytes);
  let bytes = 0;
  while (bytes < length) {
    signal.throwIfAborted();
    const count = await reader.read(buffer.subarray(0, Math.min(buffer.length, length - bytes)));
    if (count === 0) break;
    digest.update(buffer.subarray(0, count));
    bytes += count;
  }
  return { hash: digest.end(), bytes };
}

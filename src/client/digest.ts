// A checksum of the bytes on their way.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { HashName } from "./checksum.ts";

export interface Digest {
  update(chunk: Uint8Array): void;
  /** Lower-case hexadecimal. */
  hex(): string;
}

/** Node's names. */
const nodeNames: Readonly<Record<Exclude<HashName, "CRC32">, string>> = {
  "SHA-512": "sha512",
  "SHA-256": "sha256",
  "SHA-1": "sha1",
  MD5: "md5",
};

export function makeDigest(name: HashName): Digest {
  if (name !== "CRC32") {
    const hash = createHash(nodeNames[name]);
    return { update: (chunk) => void hash.update(chunk), hex: () => hash.digest("hex") };
  }
  let value = 0;
  return {
    update(chunk) {
      value = crc32(chunk, value);
    },
    hex: () => value.toString(16).padStart(8, "0"),
  };
}

// A checksum that is computed as the bytes pass.
import type { HashName } from "../protocol/hashes.ts";
import { nodeCrypto, nodeZlib } from "./on-demand.ts";

export interface Digest {
  update(chunk: Uint8Array): void;
  /** Of all so far, and this behind it; lower-case hexadecimal. More may follow. */
  hex(behind?: readonly Uint8Array[]): string;
}

/** Node's names. */
const nodeNames: Readonly<Record<Exclude<HashName, "CRC32">, string>> = {
  "SHA-512": "sha512",
  "SHA-256": "sha256",
  "SHA-1": "sha1",
  MD5: "md5",
};

export function makeDigest(name: HashName): Digest {
  if (name === "CRC32") return makeCrc();
  const hash = nodeCrypto().createHash(nodeNames[name]);
  return {
    update: (chunk) => void hash.update(chunk),
    hex: (behind = []) => {
      const whole = hash.copy();
      for (const piece of behind) whole.update(piece);
      return whole.digest("hex");
    },
  };
}

function makeCrc(): Digest {
  const { crc32 } = nodeZlib();
  let value = 0;
  return {
    update(chunk) {
      value = crc32(chunk, value);
    },
    hex: (behind = []) =>
      behind
        .reduce((sum, piece) => crc32(piece, sum), value)
        .toString(16)
        .padStart(8, "0"),
  };
}

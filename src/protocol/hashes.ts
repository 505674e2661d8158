// Checksums of files as FTP servers report them: HASH (draft-bryan-ftpext-hash) and the vendors' commands.
import type { Features } from "./features.ts";
import type { Reply } from "./reply.ts";

/** A checksum that an FTP server may compute. */
export type HashName = "SHA-512" | "SHA-256" | "SHA-1" | "MD5" | "CRC32";

export interface HashAlgorithm {
  readonly name: HashName;
  /** The vendors' commands. */
  readonly verbs: readonly string[];
  /** Length of the digest in hexadecimal. */
  readonly digits: number;
}

/** How a server is asked: by HASH, which knows whole files, or by a vendor's command, which knows parts of them as well. */
export interface HashMethod {
  readonly verb: string;
  readonly algorithm: HashAlgorithm;
}

/** Strongest first. */
export const hashAlgorithms: readonly HashAlgorithm[] = [
  { name: "SHA-512", verbs: ["XSHA512"], digits: 128 },
  { name: "SHA-256", verbs: ["XSHA256"], digits: 64 },
  { name: "SHA-1", verbs: ["XSHA1", "XSHA"], digits: 40 },
  { name: "MD5", verbs: ["XMD5"], digits: 32 },
  { name: "CRC32", verbs: ["XCRC"], digits: 8 },
];

/** What FEAT says of HASH, `SHA-1;SHA-256*;…`: the one that it uses has the asterisk. */
export const hashesOf = (features: Features): readonly string[] =>
  (features.get("HASH") ?? "").split(";").map((name) => name.trim().toUpperCase());

/** Lower-case hexadecimal. The name of the file may look like a digest, so the first one of the right length counts. */
export function digestIn({ lines }: Reply, { digits }: HashAlgorithm): string | undefined {
  const words = lines
    .join(" ")
    .slice(4)
    .split(/[\s;]+/);
  const digest = words.find((word) => /^[0-9a-f]+$/i.test(word) && word.length === digits);
  // CRC-32 without leading zeros.
  const short = digits === 8 ? words.find((word) => /^[0-9a-f]{1,8}$/i.test(word)) : undefined;
  return (digest ?? short)?.toLowerCase().padStart(digits, "0");
}

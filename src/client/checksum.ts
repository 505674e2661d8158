// A file's checksum as the server has it: HASH (draft-bryan-ftpext-hash), else the vendors' commands.

import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { replyError } from "../protocol/client/reply-error.ts";
import { SallyportError } from "../protocol/error.ts";
import { printable } from "../protocol/printable.ts";
import type { Reply } from "../protocol/reply.ts";
import { checkedCommand, type Session, wireName } from "./session.ts";

/** A checksum that an FTP server may compute. */
export type HashName = "SHA-512" | "SHA-256" | "SHA-1" | "MD5" | "CRC32";

/** Strongest first; each with its vendors' commands and the length of its digest in hexadecimal. */
const algorithms: readonly { readonly name: HashName; readonly verbs: readonly string[]; readonly digits: number }[] = [
  { name: "SHA-512", verbs: ["XSHA512"], digits: 128 },
  { name: "SHA-256", verbs: ["XSHA256"], digits: 64 },
  { name: "SHA-1", verbs: ["XSHA1", "XSHA"], digits: 40 },
  { name: "MD5", verbs: ["XMD5"], digits: 32 },
  { name: "CRC32", verbs: ["XCRC"], digits: 8 },
];

/** What FEAT says of HASH: `SHA-1;SHA-256*;…`. */
const hashNames = (session: Session): readonly string[] =>
  (session.features.get("HASH") ?? "").split(";").map((name) => name.trim().replace(/\*$/, "").toUpperCase());

/** What the server offers, strongest first. */
export function offeredHashes(session: Session): readonly HashName[] {
  const byHash = hashNames(session);
  return algorithms
    .filter(({ name, verbs }) => byHash.includes(name) || verbs.some((verb) => session.features.has(verb)))
    .map(({ name }) => name);
}

/** Lower-case hexadecimal. Throws `NET_UNSUPPORTED` when the server does not offer it, else `FTP_REPLY_*`. */
export async function remoteHash(
  session: Session,
  path: string,
  name: HashName,
  shown: string = path,
): Promise<string> {
  const algorithm = algorithms.find((one) => one.name === name);
  const what = `could not get the ${name} of "${printable(shown, 200)}"`;
  const verb = algorithm?.verbs.find((one) => session.features.has(one));
  if (algorithm !== undefined && hashNames(session).includes(name)) {
    await checkedCommand(session, what, "OPTS", `HASH ${name}`);
    return digestOf(what, await checkedCommand(session, what, "HASH", wireName(session, path)), algorithm.digits);
  }
  if (algorithm !== undefined && verb !== undefined) {
    return digestOf(what, await checkedCommand(session, what, verb, wireName(session, path)), algorithm.digits);
  }
  const offered = offeredHashes(session).join(", ") || "none";
  throw new SallyportError("NET_UNSUPPORTED", `${what}: the server does not offer it`, {
    hint: `It offers ${offered}.`,
  });
}

/** The name of the file may look like a digest, so the first one of the right length counts. */
function digestOf(what: string, reply: Reply, digits: number): string {
  const words = reply.lines
    .join(" ")
    .slice(4)
    .split(/[\s;]+/);
  const digest = words.find((word) => /^[0-9a-f]+$/i.test(word) && word.length === digits);
  // CRC-32 without leading zeros.
  const short = digits === 8 ? words.find((word) => /^[0-9a-f]{1,8}$/i.test(word)) : undefined;
  const found = digest ?? short;
  if (found === undefined) throw replyError(`${what}: no digest in the reply`, reply);
  return found.toLowerCase().padStart(digits, "0");
}

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

// A file's checksum as the server has it: HASH (draft-bryan-ftpext-hash), else the vendors' commands.
import { replyError } from "../protocol/client/reply-error.ts";
import { SallyportError } from "../protocol/error.ts";
import { printable } from "../protocol/printable.ts";
import type { Reply } from "../protocol/reply.ts";
import { demand, type Talk, wireName } from "./talk.ts";

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
const hashNames = (talk: Talk): readonly string[] =>
  (talk.features.get("HASH") ?? "").split(";").map((name) => name.trim().replace(/\*$/, "").toUpperCase());

/** What the server offers, strongest first. */
export function offeredHashes(talk: Talk): readonly HashName[] {
  const byHash = hashNames(talk);
  return algorithms
    .filter(({ name, verbs }) => byHash.includes(name) || verbs.some((verb) => talk.features.has(verb)))
    .map(({ name }) => name);
}

/** Lower-case hexadecimal. Throws `NET_UNSUPPORTED` when the server does not offer it, else `FTP_REPLY_*`. */
export async function remoteHash(talk: Talk, path: string, name: HashName, shown: string = path): Promise<string> {
  const algorithm = algorithms.find((one) => one.name === name);
  const what = `could not get the ${name} of "${printable(shown, 200)}"`;
  const verb = algorithm?.verbs.find((one) => talk.features.has(one));
  if (algorithm !== undefined && hashNames(talk).includes(name)) {
    await demand(talk, what, "OPTS", `HASH ${name}`);
    return digestOf(what, await demand(talk, what, "HASH", wireName(talk, path)), algorithm.digits);
  }
  if (algorithm !== undefined && verb !== undefined) {
    return digestOf(what, await demand(talk, what, verb, wireName(talk, path)), algorithm.digits);
  }
  const offered = offeredHashes(talk).join(", ") || "none";
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

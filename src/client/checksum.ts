// A file's checksum as the server has it: HASH (draft-bryan-ftpext-hash), else the vendors' commands.

import { replyError } from "../protocol/client/reply-error.ts";
import { SallyportError } from "../protocol/error.ts";
import { digestIn, type HashAlgorithm, type HashName, hashAlgorithms, hashesOf } from "../protocol/hashes.ts";
import { printable } from "../protocol/printable.ts";
import type { Reply } from "../protocol/reply.ts";
import { checkedCommand, type Session, wireName } from "./session.ts";

const hashNames = (session: Session): readonly string[] =>
  hashesOf(session.features).map((name) => name.replace(/\*$/, ""));

/** Of what FEAT listed: asked for each file. */
const offers: WeakMap<Session["features"], readonly HashName[]> = new WeakMap();

/** What the server offers, strongest first. */
export function offeredHashes(session: Session): readonly HashName[] {
  const offered = offers.get(session.features) ?? hashesIn(session);
  offers.set(session.features, offered);
  return offered;
}

function hashesIn(session: Session): readonly HashName[] {
  const byHash = hashNames(session);
  return hashAlgorithms
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
  const algorithm = hashAlgorithms.find((one) => one.name === name);
  const what = `could not get the ${name} of "${printable(shown, 200)}"`;
  const verb = algorithm?.verbs.find((one) => session.features.has(one));
  if (algorithm !== undefined && hashNames(session).includes(name)) {
    await checkedCommand(session, what, "OPTS", `HASH ${name}`);
    return digestOf(what, await checkedCommand(session, what, "HASH", wireName(session, path)), algorithm);
  }
  if (algorithm !== undefined && verb !== undefined) {
    return digestOf(what, await checkedCommand(session, what, verb, wireName(session, path)), algorithm);
  }
  const offered = offeredHashes(session).join(", ") || "none";
  throw new SallyportError("NET_UNSUPPORTED", `${what}: the server does not offer it`, {
    hint: `It offers ${offered}.`,
  });
}

function digestOf(what: string, reply: Reply, algorithm: HashAlgorithm): string {
  const digest = digestIn(reply, algorithm);
  if (digest === undefined) throw replyError(`${what}: no digest in the reply`, reply);
  return digest;
}

// After a transfer: is the file at the other side the same?

import { type Digest, makeDigest } from "../platform/digest.ts";
import type { Soon } from "../platform/soon.ts";
import { judgeSize } from "../protocol/client/size-verdict.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import type { HashName } from "../protocol/hashes.ts";
import { printable } from "../protocol/printable.ts";
import type { Reply } from "../protocol/reply.ts";
import { remoteHash } from "./checksum.ts";
import { sizeIn, sizeOf, timeIn } from "./file-commands.ts";
import { notify, type Session, wireName } from "./session.ts";
import type { SourceFacts, TransferOptions, TransferResult } from "./transfer-options.ts";

export interface Verification {
  readonly size: boolean;
  /** The user wants a proof: a size that differs is a failure. */
  readonly exact: boolean;
  readonly hash: { readonly name: HashName; readonly digest: Digest } | undefined;
}

/** What is to be compared. Throws `NET_UNSUPPORTED` for a checksum that was asked for by name and is not among those `offered`. */
export function planVerification(
  offered: readonly HashName[],
  { verify = "size", type }: Pick<TransferOptions, "verify" | "type">,
): Verification {
  if (verify === "none" || type === "ascii") return { size: false, exact: false, hash: undefined };
  if (verify === "size") return { size: true, exact: false, hash: undefined };
  const name = verify === "hash" ? offered[0] : verify;
  if (name === undefined) return { size: true, exact: true, hash: undefined };
  if (!offered.includes(name)) {
    throw new SallyportError("NET_UNSUPPORTED", `the server does not offer the checksum ${name}`, {
      hint: `It offers ${offered.join(", ") || "none"}.`,
    });
  }
  return { size: true, exact: true, hash: { name, digest: makeDigest(name) } };
}

/** The size that the server reports, or undefined when it does not, for whatever reason: a check that fails is no failed transfer. */
export function reportedSize(session: Session, path: string): Promise<number | undefined> {
  return reported(session, "SIZE", path, sizeIn);
}

/** The same of its time. */
export function reportedTime(session: Session, path: string): Promise<number | undefined> {
  return reported(session, "MDTM", path, timeIn);
}

function reported<T>(
  session: Session,
  verb: string,
  path: string,
  read: (reply: Reply) => T | undefined,
): Promise<T | undefined> {
  return session.control.command(verb, wireName(session, path)).then(
    (reply) => (reply.code < 200 || reply.code > 299 ? undefined : read(reply)),
    () => undefined,
  );
}

/** What the server reports of a file. Never rejects. */
export async function factsThere(session: Session, path: string): Promise<SourceFacts> {
  const [modifiedMs, size] = await Promise.all([reportedTime(session, path), reportedSize(session, path)]);
  return definedProps({ size, modifiedMs });
}

/** Before a transfer that depends on it: undefined when the server refuses to report it for good. Anything else is thrown. */
export async function sizeThere(session: Session, path: string): Promise<number | undefined> {
  try {
    return await sizeOf(session, path);
  } catch (error) {
    if (isSallyportError(error) && (error.details.reply ?? 0) >= 500) return undefined;
    throw error;
  }
}

export interface Verified {
  readonly path: string;
  /** Begins messages. */
  readonly what: string;
  /** Bytes that are here, and that moved. */
  readonly have: number;
  /** The whole file went or came in one go. */
  readonly whole: boolean;
  readonly direction: "download" | "upload";
}

/** After the confirmation. Throws `FTP_VERIFY`. `reported` is what the server said before, if anything. At once, unless something has to be asked. */
export function verify(
  session: Session,
  about: Verified,
  plan: Verification,
  reported: number | undefined,
): Soon<TransferResult["verified"]> {
  const isKnown = plan.hash === undefined && (!plan.size || reported === about.have);
  return isKnown ? compare(session, about, plan, reported) : askAndCompare(session, about, plan, reported);
}

async function askAndCompare(
  session: Session,
  about: Verified,
  plan: Verification,
  reported: number | undefined,
): Promise<TransferResult["verified"]> {
  const size = plan.size && reported !== about.have ? await reportedSize(session, about.path) : reported;
  const name = plan.hash === undefined ? undefined : await compareHash(session, about, plan.hash);
  return name ?? compare(session, about, plan, size);
}

/** Undefined when the server does not report it after all. */
async function compareHash(
  session: Session,
  { path, what }: Verified,
  { name, digest }: NonNullable<Verification["hash"]>,
): Promise<HashName | undefined> {
  const theirs = await remoteHash(session, path, name).catch(() => undefined);
  const ours = digest.hex();
  if (theirs === undefined || ours === theirs) return theirs === undefined ? undefined : name;
  throw new SallyportError("FTP_VERIFY", `${what}: its ${name} is ${ours} here and ${theirs} at the server`, {
    hint: "Transfer the file again; was it changed during the transfer?",
  });
}

/** Throws `FTP_VERIFY`. Nothing is asked: `told` is what the server reported last, undefined where it has nothing. */
export function compare(
  session: Session,
  { path, what, have, whole, direction }: Verified,
  plan: Pick<Verification, "size" | "exact">,
  reported: number | undefined,
): "nothing" | "size" {
  if (!plan.size) return "nothing";
  // What the server does not have it has lost.
  const isLost = direction === "upload" && reported !== undefined && reported < have;
  const verdict = judgeSize(have, reported, plan.exact || !whole || isLost);
  if (verdict === "different") throw differentSize(what, have, reported ?? 0);
  if (verdict === "doubtful") notify(session, doubtful(path, direction, have, reported ?? 0));
  return verdict === "same" ? "size" : "nothing";
}

function doubtful(path: string, direction: "download" | "upload", have: number, reported: number): string {
  const moved = direction === "download" ? `sent ${have} and confirmed their end` : `confirmed ${have}`;
  const name = printable(path, 200);
  return `"${name}": the server reports a size of ${reported} bytes, but ${moved}: nothing compared (--no-verify silences this, --verify requires that it agrees)`;
}

function differentSize(what: string, here: number, there: number): SallyportError {
  const again =
    here < there ? "Continue with what is there (resume), or transfer the file again." : "Transfer the file again.";
  return new SallyportError("FTP_VERIFY", `${what}: ${here} bytes here, but the server's file has ${there}`, {
    hint: `${again} Where the server reports wrong sizes: --no-verify.`,
  });
}

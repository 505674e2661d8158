// After a transfer: is the file at the other side the same?
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { type HashName, offeredHashes, remoteHash } from "./checksum.ts";
import { type Digest, makeDigest } from "./digest.ts";
import { sizeOf } from "./file-commands.ts";
import { mayHave, type Talk } from "./talk.ts";
import type { TransferOptions, TransferResult } from "./transfer-options.ts";

export interface Verification {
  readonly size: boolean;
  readonly hash: { readonly name: HashName; readonly digest: Digest } | undefined;
}

/** What can be compared at all. Throws `NET_UNSUPPORTED` for a checksum that was asked for by name and is not offered. */
export function planVerification(talk: Talk, options: TransferOptions): Verification {
  const { verify = "size", type } = options;
  if (verify === "none" || type === "ascii") return { size: false, hash: undefined };
  const size = mayHave(talk, "SIZE");
  if (verify === "size") return { size, hash: undefined };
  const offered = offeredHashes(talk);
  const name = verify === "hash" ? offered[0] : verify;
  if (name === undefined) return { size, hash: undefined };
  if (!offered.includes(name)) {
    throw new SallyportError("NET_UNSUPPORTED", `the server does not offer the checksum ${name}`, {
      cure: `It offers ${offered.join(", ") || "none"}.`,
    });
  }
  return { size, hash: { name, digest: makeDigest(name) } };
}

/** The size that the server tells, or undefined when it does not. Anything but a refusal is thrown. */
export async function toldSize(talk: Talk, path: string): Promise<number | undefined> {
  try {
    return await sizeOf(talk, path);
  } catch (error) {
    if (isSallyportError(error) && (error.details.reply ?? 0) >= 500) return undefined;
    throw error;
  }
}

/** Throws `FTP_VERIFY`. `have` bytes are here, `told` is what the server said before, if anything. */
export async function verify(
  talk: Talk,
  path: string,
  what: string,
  plan: Verification,
  have: number,
  told: number | undefined,
): Promise<TransferResult["verified"]> {
  const size = compare(what, plan, have, plan.size && told !== have ? await toldSize(talk, path) : told);
  if (plan.hash === undefined) return size;
  const { name, digest } = plan.hash;
  const [ours, theirs] = [digest.hex(), await remoteHash(talk, path, name)];
  if (ours !== theirs) {
    throw new SallyportError("FTP_VERIFY", `${what}: its ${name} is ${ours} here and ${theirs} at the server`, {
      cure: "Transfer the file again; was it changed during the transfer?",
    });
  }
  return name;
}

/** Throws `FTP_VERIFY`. Nothing is asked: `told` is the server's last word, undefined where it has none. */
export function compare(
  what: string,
  plan: Pick<Verification, "size">,
  have: number,
  told: number | undefined,
): "nothing" | "size" {
  if (!plan.size || told === undefined) return "nothing";
  if (told !== have) throw differentSize(what, have, told);
  return "size";
}

function differentSize(what: string, here: number, there: number): SallyportError {
  return new SallyportError("FTP_VERIFY", `${what}: ${here} bytes here, but the server's file has ${there}`, {
    cure: here < there ? "Go on with what is there (resume), or transfer the file again." : "Transfer the file again.",
  });
}

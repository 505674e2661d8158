// After an SFTP transfer: is the file at the other side the same? OpenSSH has no checksums (its PROTOCOL, section 4, names
// none), so the file is read once more.

import { compareTail, isRefusal, type Tail } from "../../client/compare-tail.ts";
import type { SourceFacts, Transferred } from "../../client/transfer-options.ts";
import { type Digest, makeDigest } from "../../platform/digest.ts";
import { judgeSize } from "../../protocol/client/size-verdict.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { printable } from "../../protocol/printable.ts";
import type { Attributes } from "../../ssh/sftp/wire/attributes.ts";
import type { StoreOrder } from "../store-order.ts";
import type { SftpChannel } from "./sftp-channel.ts";

/** The bytes of a file at the server, from one on. The pieces are the taker's. */
export async function* readRemote(
  { files }: SftpChannel,
  path: string,
  offset: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  await using reader = await files.openRead(path, { offset, signal });
  for (;;) {
    const buffer = Buffer.allocUnsafe(limits.streamBufferBytes);
    const count = await reader.read(buffer);
    if (count === 0) return;
    yield buffer.subarray(0, count);
  }
}

/** Lower-case hexadecimal; reads the whole file. */
export async function hashRemote(remote: SftpChannel, path: string, signal: AbortSignal): Promise<string> {
  const digest = makeDigest("SHA-256");
  for await (const piece of readRemote(remote, path, 0, signal)) digest.update(piece);
  return digest.hex();
}

/** `gone`: there is no such file any more, as in a drop box that is emptied at once. */
export type SizeCheck = "size" | "nothing" | "gone";

/**
 * The end of the file and the server's OK decide; what it tells of the size is compared where it tells any. A size of 0 is what
 * files without one have (/proc). Throws `FTP_VERIFY`.
 */
export async function checkSize(
  { session }: SftpChannel,
  path: string,
  here: number,
  signal: AbortSignal,
): Promise<SizeCheck> {
  const reported = await session.standing(path, "stat", signal);
  if (reported === "nothing") return "gone";
  if (reported === "refused") return "nothing";
  const verdict = judgeSize(here, reported.size, true);
  if (verdict !== "different") return verdict === "same" ? "size" : "nothing";
  throw new SallyportError(
    "FTP_VERIFY",
    `"${printable(path, 200)}": ${here} bytes here, but the server's file has ${reported.size}`,
    { hint: "Transfer the file again; was it changed during the transfer? --no-verify does not compare." },
  );
}

/**
 * Throws `FTP_VERIFY`. That the server tells nothing, or has taken the file away, is nothing compared. `known`: what was found out of the
 * size already.
 */
export async function verifyFile(
  remote: SftpChannel,
  path: string,
  bytes: number,
  { size, digest }: { readonly size: boolean; readonly digest: Digest | undefined },
  signal: AbortSignal,
  known?: SizeCheck,
): Promise<Transferred["verified"]> {
  if (!size) return "nothing";
  const compared = known ?? (await checkSize(remote, path, bytes, signal));
  const plain = compared === "size" ? "size" : "nothing";
  if (digest === undefined || compared === "gone") return plain;
  const there = await hashRemote(remote, path, signal).catch((error: unknown) => {
    if (signal.aborted || !isRefusal(error)) throw error;
    return undefined;
  });
  if (there === undefined) return plain;
  const here = digest.hex();
  if (here === there) return "SHA-256";
  const message = `"${printable(path, 200)}": its SHA-256 is ${here} here and ${there} at the server`;
  throw new SallyportError("FTP_VERIFY", message, {
    hint: "Transfer the file again; was it changed during the transfer?",
  });
}

/** `refused`: the server tells nothing of it. */
export async function identityOf(
  { session }: SftpChannel,
  path: string,
  signal: AbortSignal,
): Promise<SourceFacts | "nothing" | "refused"> {
  const reported = await session.standing(path, "stat", signal);
  if (typeof reported === "string") return reported;
  return identityIn(reported);
}

export function identityIn({ size, times }: Attributes): SourceFacts {
  return definedProps({ size, modifiedMs: times === undefined ? undefined : times.modified * 1000 });
}

/** Whether it is the beginning of the source; `unknown` where the server lets nobody read, or the source cannot be read twice. */
export async function compareRemoteTail(
  remote: SftpChannel,
  path: string,
  bytes: number,
  { source, signal }: StoreOrder,
): Promise<Tail> {
  if (!source.seekable) return bytes === 0 ? "same" : "unknown";
  return await compareTail((offset) => readRemote(remote, path, offset, signal), source.open, bytes, signal);
}

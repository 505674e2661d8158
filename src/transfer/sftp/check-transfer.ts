// After an SFTP transfer: is the file at the other side the same? OpenSSH has no checksums (its PROTOCOL, section 4, names
// none), so the file is read once more.
import { makeDigest } from "../../client/checksum.ts";
import { judgeSize } from "../../protocol/client/told-size.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { printable } from "../../protocol/printable.ts";
import type { SftpRemote } from "./sftp-remote.ts";

/** The bytes of a file at the server, from one on. The pieces are the taker's. */
export async function* readRemote(
  { files }: SftpRemote,
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
export async function hashRemote(remote: SftpRemote, path: string, signal: AbortSignal): Promise<string> {
  const digest = makeDigest("SHA-256");
  for await (const piece of readRemote(remote, path, 0, signal)) digest.update(piece);
  return digest.hex();
}

/** Throws `FTP_VERIFY`. */
export function demandSameHash(path: string, here: string, there: string): void {
  if (here === there) return;
  throw new SallyportError(
    "FTP_VERIFY",
    `"${printable(path, 200)}": its SHA-256 is ${here} here and ${there} at the server`,
    { hint: "Transfer the file again; was it changed during the transfer?" },
  );
}

/** `gone`: there is no such file any more, as in a drop box that is emptied at once. */
export type SizeCheck = "size" | "nothing" | "gone";

/**
 * The end of the file and the server's OK decide; what it tells of the size is compared where it tells any. A size of 0 is what
 * files without one have (/proc). Throws `FTP_VERIFY`.
 */
export async function checkSize(
  { session }: SftpRemote,
  path: string,
  here: number,
  signal: AbortSignal,
): Promise<SizeCheck> {
  const told = await session.standing(path, "stat", signal);
  if (told === "nothing") return "gone";
  if (told === "refused") return "nothing";
  const verdict = judgeSize(here, told.size, true);
  if (verdict !== "different") return verdict === "same" ? "size" : "nothing";
  throw new SallyportError(
    "FTP_VERIFY",
    `"${printable(path, 200)}": ${here} bytes here, but the server's file has ${told.size}`,
    { hint: "Transfer the file again; was it changed during the transfer? --no-verify does not compare." },
  );
}

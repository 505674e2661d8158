// To an SFTP server: into NAME.sallyport-part, and NAME when it is whole. NAME is never half a file.
import { type Digest, makeDigest } from "../../client/digest.ts";
import type { UploadOptions } from "../../client/transfer-options.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { printable } from "../../protocol/printable.ts";
import { typeOf } from "../../ssh/sftp/wire/attributes.ts";
import { partSuffix } from "../fetch-file.ts";
import type { Transferred } from "../server-session.ts";
import { demandSameHash, demandSameSize, hashRemote } from "./check-transfer.ts";
import { type Chunks, pieces } from "./pieces.ts";
import type { Course } from "./sftp-download.ts";
import type { SftpRemote } from "./sftp-remote.ts";

export interface SftpUpload {
  /** Absolute, bytes. */
  readonly path: string;
  /** The bytes of the file from there on. */
  readonly open: (from: number) => Chunks;
  /** Bytes of the whole file, where they are known; `open` can then begin anywhere. */
  readonly size: number | undefined;
  /** Go on behind what is there, in the part or under the name itself. */
  readonly resume: boolean;
  readonly options: UploadOptions & { readonly signal: AbortSignal };
  /** Where the first of several attempts began. */
  readonly course: Course;
}

/** One attempt. What there is of the file stays in the part; an empty one is removed. */
export async function upload(remote: SftpRemote, order: SftpUpload): Promise<Transferred> {
  const { files } = remote;
  const { size, course } = order;
  const { signal, verify } = order.options;
  const target = await leadsTo(remote, order.path, signal);
  const part = `${target.path}${partSuffix}`;
  const there = order.resume ? await bytesThere(remote, target.path, signal) : nothing;
  demandNotLonger(there.where === "part" ? part : target.path, there.bytes, size);
  course.from ??= there.bytes;
  // A checksum needs the bytes before as well.
  const digest = verify === "hash" && (there.bytes === 0 || size !== undefined) ? makeDigest("SHA-256") : undefined;
  if (digest !== undefined) for await (const piece of head(order, there.bytes)) digest.update(piece);
  const isThere = there.where === "target" && there.bytes === size;
  if (there.where === "target" && !isThere) await files.rename(target.path, part, { signal });
  const end = isThere ? there.bytes : await writePart(remote, part, there.bytes, order, digest);
  const written = isThere ? target.path : part;
  await demandSameSize(remote, written, end, signal);
  if (digest !== undefined) demandSameHash(written, digest.hex(), await hashRemote(remote, written, signal));
  const verified = digest === undefined ? "size" : "SHA-256";
  if (isThere) return { bytes: 0, verified, how: "sftp", wasThere: true };
  // The new file is another one: it gets the old one's permissions.
  if (target.mode !== undefined) await files.setMode(part, target.mode, { signal }).catch(() => {});
  await putInPlace(remote, part, target.path, signal);
  return { bytes: end - course.from, verified, how: "sftp" };
}

const nothing = { bytes: 0, where: "nowhere" } as const;

/** The first bytes of the file. */
async function* head({ open }: SftpUpload, bytes: number): AsyncGenerator<Uint8Array> {
  if (bytes === 0) return;
  let left = bytes;
  for await (const piece of open(0)) {
    yield piece.subarray(0, left);
    left -= piece.length;
    if (left <= 0) return;
  }
}

/** Returns the bytes of the part afterwards. */
async function writePart(
  remote: SftpRemote,
  part: string,
  from: number,
  { open, size, options }: SftpUpload,
  digest: Digest | undefined,
): Promise<number> {
  const { signal, onProgress } = options;
  let end = from;
  const lost = new AbortController();
  void remote.client.closed.then((why) => lost.abort(why));
  try {
    await using writer = await remote.files.openWrite(part, { start: from === 0 ? "truncate" : from, signal });
    for await (const piece of pieces(open(from), AbortSignal.any([signal, lost.signal]))) {
      digest?.update(piece);
      await writer.write([piece]);
      end += piece.length;
      onProgress?.({ bytes: end, size });
    }
    await writer.finish();
    return end;
  } catch (error) {
    if (end === 0) await remote.files.remove(part, { signal: patient }).catch(() => {});
    throw error;
  }
}

const patient: AbortSignal = new AbortController().signal;

interface Target {
  readonly path: string;
  readonly mode: number | undefined;
}

/** A link that is named is meant for what it leads to. Throws `FS_IS_DIRECTORY`, `FS_NOT_FILE`. */
async function leadsTo({ session }: SftpRemote, path: string, signal: AbortSignal): Promise<Target> {
  const itself = await session.look(path, "lstat", signal);
  if (itself?.permissions === undefined) return { path, mode: undefined };
  const type = typeOf(itself.permissions) ?? "file";
  if (type === "link") {
    const real = await session.realPath(path, signal);
    const found = await session.look(real, "lstat", signal);
    return { path: real, mode: found?.permissions };
  }
  if (type === "file") return { path, mode: itself.permissions & 0o7777 };
  throw type === "directory"
    ? new SallyportError("FS_IS_DIRECTORY", `${printable(path, 200)} is a directory at the server`, {
        cure: "End the URL in a / to put the file into it.",
      })
    : new SallyportError("FS_NOT_FILE", `${printable(path, 200)} is no plain file at the server`, {
        cure: "Give the file another name.",
      });
}

/** How much of the file is there. Throws what the server says but "not found". */
export async function bytesThere(
  { files }: SftpRemote,
  path: string,
  signal: AbortSignal,
): Promise<{ readonly bytes: number; readonly where: "part" | "target" | "nowhere" }> {
  for (const [where, at] of [
    ["part", `${path}${partSuffix}`],
    ["target", path],
  ] as const) {
    try {
      return { bytes: (await files.stat(at, { signal })).size, where };
    } catch (error) {
      if (!isSallyportError(error) || error.code !== "FS_NOT_FOUND") throw error;
    }
  }
  return { bytes: 0, where: "nowhere" };
}

/** In one step where the server has posix-rename@openssh.com; elsewhere the old file goes first. */
async function putInPlace({ files }: SftpRemote, part: string, path: string, signal: AbortSignal): Promise<void> {
  try {
    await files.rename(part, path, { signal });
  } catch (error) {
    if (!isSallyportError(error) || error.code !== "FS_EXISTS") throw error;
    await files.remove(path, { signal });
    await files.rename(part, path, { signal });
  }
}

function demandNotLonger(path: string, there: number, size: number | undefined): void {
  if (size === undefined || there <= size) return;
  throw new SallyportError("FTP_VERIFY", `${printable(path, 200)} has ${there} bytes there, more than there are here`, {
    cure: "It is another file; upload it anew, without --resume.",
  });
}

// One download: into NAME.sallyport-part, and NAME when it is whole. NAME is never half a file.
import { createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { HashName } from "../client/checksum.ts";
import { makeDigest } from "../client/digest.ts";
import { readLocal } from "../client/local-file.ts";
import type { DownloadFileOptions } from "../client/transfer-options.ts";
import { translateFsError } from "../filesystem/fs-error.ts";
import { SallyportError } from "../protocol/error.ts";
import { kindOf, type LocalKind } from "./local-tree.ts";
import type { ServerSession, Transferred } from "./server-session.ts";

export const partSuffix = ".sallyport-part";

/**
 * @throws SallyportError what `downloadFile` throws, and `FS_*`. What there is of the file stays in the part file, and
 * `kept` is told of it; an empty one is removed.
 */
export async function fetchFile(
  client: ServerSession,
  path: string,
  target: string,
  options: DownloadFileOptions,
  kept: (part: string, bytes: number) => void,
): Promise<Transferred> {
  // A device or a pipe that is named is written to, as with curl; it must not be replaced by a file.
  const part = `${target}${partSuffix}`;
  const [kind, partKind] = [kindOf(target), kindOf(part)];
  if (kind === "other") return await pour(client, path, target, options);
  await demandFree(target, kind, part, partKind);
  if (options.resume === true && partKind === "missing" && kind !== "missing") {
    const there = await adopt(client, path, target, part, options);
    if (there !== undefined) return there;
  }
  try {
    const result = await client.downloadFile(path, part, options);
    await rename(part, target).catch((error: unknown) => {
      throw translateFsError(error, target);
    });
    return result;
  } catch (error) {
    const bytes = await sizeHere(part);
    if (bytes === 0) await rm(part, { force: true });
    else if (bytes !== undefined) kept(part, bytes);
    throw error;
  }
}

/** Byte after byte: there is no going back in a pipe, so no second attempt either. */
async function pour(
  client: ServerSession,
  path: string,
  target: string,
  options: DownloadFileOptions,
): Promise<Transferred> {
  const { resume: _, retries: __, ...once } = options;
  const stream = client.download(path, once);
  try {
    await pipeline(stream, createWriteStream(target));
  } catch (error) {
    once.signal?.throwIfAborted();
    throw translateFsError(error, target);
  }
  return await stream.result;
}

async function demandFree(target: string, kind: LocalKind, part: string, partKind: LocalKind): Promise<void> {
  if (kind === "directory") {
    throw new SallyportError("FS_IS_DIRECTORY", `${target} is a directory`, { cure: "Give the file another name." });
  }
  const found = kind === "link" ? await stat(target).catch(() => undefined) : undefined;
  if (found !== undefined && !found.isFile()) {
    throw new SallyportError("FS_NOT_FILE", `${target} is a link, and leads to no file`, {
      cure: "Name what it leads to; - is standard output.",
    });
  }
  if (partKind === "missing" || partKind === "file") return;
  throw new SallyportError("FS_OUTSIDE", `${part} is in the way, and is no file`, { cure: "Remove it." });
}

/** A file with its final name that another program left: whole, or to be gone on with. */
async function adopt(
  client: ServerSession,
  path: string,
  target: string,
  part: string,
  { verify, signal }: DownloadFileOptions,
): Promise<Transferred | undefined> {
  const call = signal === undefined ? {} : { signal };
  const [here, there] = [(await sizeHere(target)) ?? 0, await client.size(path, call)];
  if (here > there) {
    throw new SallyportError("FTP_VERIFY", `${target} has ${here} bytes, and the server's file has ${there}`, {
      cure: "It is another file: download it without --resume, or under another name.",
    });
  }
  if (here < there) {
    await rename(target, part).catch((error: unknown) => {
      throw translateFsError(error, target);
    });
    return undefined;
  }
  const [name] = client.hashes;
  if (verify !== "hash" || name === undefined) return { bytes: 0, verified: "size", how: "nothing", wasThere: true };
  const [ours, theirs] = [await hashHere(target, name), await client.hash(path, name, call)];
  if (ours === theirs) return { bytes: 0, verified: name, how: "nothing", wasThere: true };
  throw new SallyportError("FTP_VERIFY", `${target}: its ${name} is ${ours}, and the server's file has ${theirs}`, {
    cure: "It is another file: download it without --resume.",
  });
}

async function sizeHere(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}

async function hashHere(path: string, name: HashName): Promise<string> {
  const digest = makeDigest(name);
  for await (const chunk of readLocal(path, 0)) digest.update(chunk);
  return digest.hex();
}

// From an SFTP server: a file here, or a stream.
import { Readable } from "node:stream";
import { makeDigest } from "../../client/checksum.ts";
import { openTarget } from "../../client/file-sink.ts";
import { readLocal } from "../../client/local-file.ts";
import type { DownloadOptions, FetchOptions, SourceFacts, Transferred } from "../../client/transfer-options.ts";
import { systemClock } from "../../network/system-clock.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { FileFacts } from "../../protocol/listing/file-facts.ts";
import type { SftpChannel } from "./sftp-channel.ts";
import { assertSameHash, checkSize, hashRemote, type SizeCheck } from "./verify.ts";

/** One attempt. `resume`: behind what the local file has already. */
export async function fetchFile(
  remote: SftpChannel,
  path: string,
  localPath: string,
  options: FetchOptions & { readonly signal: AbortSignal },
): Promise<Transferred> {
  const { signal, verify = "size", onProgress, onFacts } = options;
  const target = await openTarget(localPath, options, systemClock);
  const { there, offset, sink } = target;
  let at = offset;
  await using reader = await remote.files.openRead(path, { offset, signal });
  const reported = reportedFacts(reader.facts);
  onFacts?.(reported);
  try {
    for (let room = sink.room(), count = await reader.read(room); count > 0; count = await reader.read(room)) {
      const hasRoom = sink.write(room.subarray(0, count));
      at += count;
      onProgress?.({ bytes: at, size: reported.size });
      if (!hasRoom) await new Promise<void>((resolve) => sink.whenReady(resolve));
      room = sink.room();
    }
    await target.finish();
  } catch (error) {
    await target.giveUp();
    throw error;
  }
  const bytes = at - there;
  if (verify === "none") return { bytes, verified: "nothing", how: "sftp" };
  const compared = await sameSize(remote, path, at, reported, signal);
  if (verify !== "hash" || compared === "gone") return { bytes, verified: verifiedBy(compared), how: "sftp" };
  const digest = makeDigest("SHA-256");
  for await (const piece of readLocal(localPath, 0)) digest.update(piece);
  assertSameHash(path, digest.hex(), await hashRemote(remote, path, signal));
  return { bytes, verified: "SHA-256", how: "sftp" };
}

function reportedFacts({ size, modifiedMs, untold = [] }: FileFacts): SourceFacts {
  return { ...(untold.includes("size") ? {} : { size }), ...(untold.includes("modifiedMs") ? {} : { modifiedMs }) };
}

/** A size that does not agree is asked for once more: the file may have grown. */
async function sameSize(
  remote: SftpChannel,
  path: string,
  here: number,
  { size }: SourceFacts,
  signal: AbortSignal,
): Promise<SizeCheck> {
  return size === here ? "size" : await checkSize(remote, path, here, signal);
}

const verifiedBy = (compared: SizeCheck): "size" | "nothing" => (compared === "size" ? "size" : "nothing");

/** Byte after byte, to whoever reads it. `result` rejects as the stream does. */
export function downloadStream(
  remote: () => Promise<SftpChannel>,
  path: string,
  options: DownloadOptions,
): Readable & { readonly result: Promise<Transferred> } {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  let settle: (result: Transferred | PromiseLike<Transferred>) => void = () => {};
  const result = new Promise<Transferred>((resolve) => {
    settle = resolve;
  });
  result.catch(() => {}); // the stream tells it as well
  const stream = Readable.from(pieces(remote, path, options, signal, settle), {
    objectMode: false,
    highWaterMark: limits.streamBufferBytes,
  });
  stream.once("close", () => stop.abort(new SallyportError("CLOSED", "the download was given up")));
  return Object.assign(stream, { result });
}

async function* pieces(
  remote: () => Promise<SftpChannel>,
  name: string,
  { offset = 0, verify = "size", onProgress, onFacts }: DownloadOptions,
  signal: AbortSignal,
  settle: (result: Transferred | PromiseLike<Transferred>) => void,
): AsyncGenerator<Uint8Array> {
  const digest = verify === "hash" && offset === 0 ? makeDigest("SHA-256") : undefined;
  let at = offset;
  try {
    const there = await remote();
    const path = there.place(name);
    await using reader = await there.files.openRead(path, { offset, signal });
    const reported = reportedFacts(reader.facts);
    onFacts?.(reported);
    for (;;) {
      const buffer = Buffer.allocUnsafe(limits.streamBufferBytes);
      const count = await reader.read(buffer);
      if (count === 0) break;
      at += count;
      digest?.update(buffer.subarray(0, count));
      yield buffer.subarray(0, count);
      onProgress?.({ bytes: at, size: reported.size });
    }
    const compared = verify === "none" ? "nothing" : await sameSize(there, path, at, reported, signal);
    const isHashed = digest !== undefined && compared !== "gone";
    if (isHashed) assertSameHash(path, digest.hex(), await hashRemote(there, path, signal));
    settle({ bytes: at - offset, verified: isHashed ? "SHA-256" : verifiedBy(compared), how: "sftp" });
  } catch (error) {
    settle(Promise.reject(error));
    throw error;
  }
}

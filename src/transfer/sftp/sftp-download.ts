// From an SFTP server: a file here, or a stream.
import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import { makeDigest } from "../../client/checksum.ts";
import { noBeginning } from "../../client/file-sink.ts";
import { localSize, readLocal } from "../../client/local-file.ts";
import type { DownloadOptions, FetchOptions, SourceFacts, Transferred } from "../../client/transfer-options.ts";
import { translating } from "../../filesystem/fs-error.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { FileFacts } from "../../protocol/listing/file-facts.ts";
import { firstBytes } from "../identify.ts";
import type { SftpChannel } from "./sftp-channel.ts";
import { assertSameHash, checkSize, hashRemote, type SizeCheck } from "./verify.ts";

/** One attempt. `resume`: behind what the local file has already. */
export async function fetchFile(
  remote: SftpChannel,
  path: string,
  localPath: string,
  options: FetchOptions & { readonly signal: AbortSignal },
): Promise<Transferred> {
  const { signal, verify = "size", resume, onProgress, onFacts, compareBytes = 0 } = options;
  const there = resume === true ? await localSize(localPath) : 0;
  const offset = there - Math.min(there, compareBytes);
  const tail = offset === there ? new Uint8Array(0) : await firstBytes(readLocal(localPath, offset), there - offset);
  const reader = await remote.files.openRead(path, { offset, signal });
  const reported = reportedFacts(reader.facts);
  onFacts?.(reported);
  let at = offset;
  {
    await using _reader = reader;
    await using file = new LateHandle(localPath, there === 0 ? "w" : "r+");
    await pump(reader, async (piece) => {
      const known = Math.min(piece.length, Math.max(0, there - at));
      const expected = tail.subarray(at - offset, at - offset + known);
      if (Buffer.compare(piece.subarray(0, known), expected) !== 0) throw noBeginning(localPath);
      if (known < piece.length) await file.write(piece.subarray(known), at + known);
      at += piece.length;
      onProgress?.({ bytes: at, size: reported.size });
    });
    if (at < there) throw noBeginning(localPath);
    await file.open(); // an empty file is one, too
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

/** Reads the next piece while the last one is written. */
async function pump(
  reader: { read(buffer: Uint8Array): Promise<number> },
  write: (piece: Uint8Array) => Promise<void>,
): Promise<void> {
  let [free, full] = [Buffer.allocUnsafe(pumpBytes), Buffer.allocUnsafe(pumpBytes)];
  let writing: Promise<void> = Promise.resolve();
  try {
    for (let count = await reader.read(free); count > 0; count = await reader.read(free)) {
      await writing;
      writing = write(free.subarray(0, count));
      writing.catch(() => {}); // awaited next
      [free, full] = [full, free];
    }
  } finally {
    await writing;
  }
}

const pumpBytes = 1_048_576;

/** Opened with the first byte: a download that is refused destroys nothing. */
class LateHandle implements AsyncDisposable {
  readonly #path: string;
  readonly #flags: "w" | "r+";
  #handle: FileHandle | undefined;

  constructor(path: string, flags: "w" | "r+") {
    this.#path = path;
    this.#flags = flags;
  }

  async open(): Promise<FileHandle> {
    this.#handle ??= await translating(this.#path, () => open(this.#path, this.#flags));
    return this.#handle;
  }

  async write(piece: Uint8Array, offset: number): Promise<void> {
    const handle = await this.open();
    await translating(this.#path, async () => {
      for (let done = 0; done < piece.length; ) {
        const { bytesWritten } = await handle.write(piece, done, piece.length - done, offset + done);
        done += bytesWritten;
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }
}

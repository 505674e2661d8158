// From an SFTP server: a file here, or a stream.
import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import { makeDigest } from "../../client/digest.ts";
import { localSize, readLocal } from "../../client/local-file.ts";
import type { DownloadFileOptions, DownloadOptions } from "../../client/transfer-options.ts";
import { translating } from "../../filesystem/fs-error.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { Transferred } from "../server-session.ts";
import { demandSameHash, demandSameSize, hashRemote, readRemote } from "./check-transfer.ts";
import type { SftpRemote } from "./sftp-remote.ts";

/** Where the first of several attempts began. */
export interface Course {
  from?: number;
}

/** One attempt. `resume`: behind what the local file has already. */
export async function downloadFile(
  remote: SftpRemote,
  path: string,
  localPath: string,
  options: DownloadFileOptions & { readonly signal: AbortSignal },
  course: Course,
): Promise<Transferred> {
  const { signal, verify, resume, onProgress } = options;
  const offset = resume === true ? await localSize(localPath) : 0;
  course.from ??= offset;
  const reader = await remote.files.openRead(path, { offset, signal });
  const { size } = reader.facts;
  if (offset > size) throw tooLong(localPath, offset, size);
  let at = offset;
  {
    await using _reader = reader;
    await using file = await LateHandle.at(localPath, offset);
    await pump(reader, async (piece) => {
      await file.write(piece, at);
      at += piece.length;
      onProgress?.({ bytes: at, size });
    });
    await file.open(); // an empty file is one, too
  }
  if (at !== size) await demandSameSize(remote, path, at, signal);
  const bytes = at - course.from;
  if (verify !== "hash") return { bytes, verified: "size", how: "sftp" };
  const digest = makeDigest("SHA-256");
  for await (const piece of readLocal(localPath, 0)) digest.update(piece);
  demandSameHash(path, digest.hex(), await hashRemote(remote, path, signal));
  return { bytes, verified: "SHA-256", how: "sftp" };
}

/** Byte after byte, to whoever reads it. `result` rejects as the stream does. */
export function downloadStream(
  remote: () => Promise<SftpRemote>,
  path: (remote: SftpRemote) => string,
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
  remote: () => Promise<SftpRemote>,
  pathOf: (remote: SftpRemote) => string,
  { offset = 0, verify, onProgress }: DownloadOptions,
  signal: AbortSignal,
  settle: (result: Transferred | PromiseLike<Transferred>) => void,
): AsyncGenerator<Uint8Array> {
  const digest = verify === "hash" && offset === 0 ? makeDigest("SHA-256") : undefined;
  let at = offset;
  try {
    const there = await remote();
    const path = pathOf(there);
    const { size } = await there.files.stat(path, { signal });
    for await (const piece of readRemote(there, path, offset, signal)) {
      at += piece.length;
      digest?.update(piece);
      yield piece;
      onProgress?.({ bytes: at, size });
    }
    await demandSameSize(there, path, at, signal);
    if (digest !== undefined) demandSameHash(path, digest.hex(), await hashRemote(there, path, signal));
    settle({ bytes: at - offset, verified: digest === undefined ? "size" : "SHA-256", how: "sftp" });
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

  private constructor(path: string, flags: "w" | "r+") {
    this.#path = path;
    this.#flags = flags;
  }

  static async at(path: string, offset: number): Promise<LateHandle> {
    return new LateHandle(path, offset === 0 ? "w" : "r+");
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

function tooLong(localPath: string, here: number, there: number): SallyportError {
  return new SallyportError("FTP_VERIFY", `${localPath} has ${here} bytes, and the server's file has ${there}`, {
    cure: "It is another file: download it without --resume.",
  });
}

// Transfers as the caller asks for them: streams, iterables, and files of this machine.

import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import { printable } from "../protocol/printable.ts";
import { ComparingSink } from "./comparing-sink.ts";
import { download } from "./download.ts";
import { DownloadStream } from "./download-stream.ts";
import { FileSink } from "./file-sink.ts";
import type { UploadSource } from "./ftp-client.ts";
import { localSize, PieceBuffers, readLocal } from "./local-file.ts";
import { demandPlace } from "./local-place.ts";
import type { SessionHolder } from "./session-holder.ts";
import { wireName } from "./talk.ts";
import type {
  DownloadFileOptions,
  DownloadOptions,
  TransferOptions,
  TransferResult,
  UploadFileOptions,
  UploadOptions,
} from "./transfer-options.ts";
import { type Chunks, type UploadOrder, upload } from "./upload.ts";

export function openDownload(
  holder: SessionHolder,
  path: string,
  options: DownloadOptions,
  before?: AsyncIterable<Uint8Array>,
): DownloadStream {
  wireName(holder.talk, path);
  return new DownloadStream((sink, stop) => {
    const signal = options.signal === undefined ? stop : AbortSignal.any([options.signal, stop]);
    return holder.transfer(
      signal,
      (_, both, release) =>
        download(holder, { path, sink, signal: both, release, options, ...definedProps({ before }) }),
      mayRevive(options),
      "anywhere",
    );
  });
}

export async function downloadFile(
  holder: SessionHolder,
  path: string,
  localPath: string,
  options: DownloadFileOptions,
): Promise<TransferResult> {
  await demandPlace(localPath);
  const there = options.resume === true ? await localSize(localPath) : 0;
  const offset = there - Math.min(there, options.compareBytes ?? 0);
  const before = offset === 0 ? undefined : readLocal(localPath, 0, offset);
  const file = new FileSink(localPath, there, holder.talk.environment.clock);
  const tail = await bytesOf(localPath, offset, there);
  const sink = tail.length === 0 ? file : new ComparingSink(file, tail, localPath);
  const rest = { options: { ...options, offset }, ...definedProps({ before }) };
  try {
    const result = await holder.transfer(
      options.signal,
      (_, signal, release) => download(holder, { path, sink, signal, release, ...rest }),
      mayRevive(options),
      "anywhere",
    );
    if (sink instanceof ComparingSink) sink.demandAll();
    await file.end(true);
    return { ...result, bytes: result.bytes - tail.length };
  } catch (error) {
    // What has arrived can be resumed.
    await file.end(false).catch(() => {});
    throw error;
  }
}

async function bytesOf(path: string, from: number, to: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  if (to > from) for await (const piece of readLocal(path, from, to)) pieces.push(piece);
  return Buffer.concat(pieces);
}

export function uploadSource(
  holder: SessionHolder,
  source: UploadSource,
  path: string,
  options: UploadOptions,
): Promise<TransferResult> {
  const size = source instanceof Uint8Array ? source.length : undefined;
  const seekable = source instanceof Uint8Array || typeof source === "function";
  const open = (offset: number): Chunks => {
    if (source instanceof Uint8Array) return [source.subarray(offset)];
    return typeof source === "function" ? source(offset) : source;
  };
  return inTurn(holder, { path, open, seekable, size, resume: false, options });
}

export async function uploadFile(
  holder: SessionHolder,
  localPath: string,
  path: string,
  options: UploadFileOptions,
): Promise<TransferResult> {
  // A file that is not there must not make an empty one at the server.
  const [size, found] = await Promise.all([
    localSize(localPath),
    stat(localPath).catch(() => undefined),
    readable(localPath),
  ]);
  const buffers = new PieceBuffers(size);
  const source = {
    open: (offset: number): Chunks => unchanged(localPath, offset, found, buffers),
    giveBack: (piece: Uint8Array) => buffers.giveBack(piece),
    seekable: true,
    size,
  };
  return await inTurn(holder, { path, ...source, resume: options.resume === true, options });
}

/** From there on; behind its beginning only while it is the same file, so that no two are mixed. */
async function* unchanged(
  path: string,
  offset: number,
  known: Stats | undefined,
  buffers: PieceBuffers,
): AsyncGenerator<Uint8Array> {
  const found = offset === 0 ? known : await stat(path).catch(() => undefined);
  if (found?.size !== known?.size || found?.mtimeMs !== known?.mtimeMs) {
    throw new SallyportError("FTP_VERIFY", `${printable(path, 200)} was changed since its upload began`, {
      details: { phase: "resume" },
      hint: "Upload it again from the beginning.",
    });
  }
  yield* readLocal(path, offset, undefined, buffers);
}

const mayRevive = ({ retries = 0 }: TransferOptions): boolean => retries > 0;

async function readable(localPath: string): Promise<void> {
  for await (const _ of readLocal(localPath, 0, 1)) return;
}

function inTurn(holder: SessionHolder, order: Omit<UploadOrder, "signal" | "release">): Promise<TransferResult> {
  const { options } = order;
  return holder.transfer(
    options.signal,
    (_, signal, release) => upload(holder, { ...order, signal, release }),
    mayRevive(options),
    "anywhere",
  );
}

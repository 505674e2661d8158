// A file, or what a stream gives, from here to the server.
import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { toNetworkLines } from "../protocol/ascii.ts";
import { SallyportError } from "../protocol/error.ts";
import { printable } from "../protocol/printable.ts";
import { makeDigest } from "./checksum.ts";
import { asksNothingMore, flow, mayRevive, refuseAsciiParts, releaseControl } from "./download.ts";
import type { UploadSource } from "./ftp-client.ts";
import { BufferPool, localSize, readLocal } from "./local-file.ts";
import { sendData } from "./send-data.ts";
import { type Session, wireName } from "./session.ts";
import type { SessionHolder } from "./session-holder.ts";
import { runTransfer } from "./transfer.ts";
import type { SendOptions, TransferResult, UploadOptions } from "./transfer-options.ts";
import { compare, planVerification, reportedSize, sizeThere, type Verification, verify } from "./verification.ts";
import { type Holder, retryOver } from "./with-retries.ts";
import { withName } from "./working-directory.ts";

export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface UploadOrder {
  readonly path: string;
  /** The bytes of the source from there on. Called once for each attempt. */
  readonly open: (offset: number) => Chunks;
  /** A piece is not needed any more, and may be changed. */
  readonly giveBack?: (piece: Uint8Array) => void;
  /** Whether `open` can begin anywhere, and more than once. */
  readonly seekable: boolean;
  /** Go on behind what the server has. */
  readonly resume: boolean;
  /** Bytes of the source, where it is known. */
  readonly size: number | undefined;
  readonly signal: AbortSignal;
  /** Lets the next call's commands out. */
  readonly release: () => void;
  readonly options: UploadOptions;
}

/** What of the source is at the server, and what the server's file had before. */
interface Sent {
  bytes: number;
  /** With what is on its way. */
  offered: number;
  moved: number;
}

export async function upload(holder: Holder, order: UploadOrder): Promise<TransferResult> {
  const { path, options, signal, seekable } = order;
  const what = `could not upload "${printable(path, 200)}"`;
  wireName(holder.session, path);
  refuseAsciiParts(what, options, order.resume);
  const plan = planVerification(holder.session, options);
  const append = options.append === true;
  const use = { path, signal };
  const sizeBefore = (): Promise<number | undefined> =>
    withName(holder.session, use, (name) => sizeThere(holder.session, name));
  const before = append && plan.size ? ((await sizeBefore()) ?? 0) : 0;
  const sent: Sent = { bytes: 0, offered: 0, moved: 0 };
  let isOpened = false;
  const attempt = async (session: Session, earlier: number, name: string): Promise<TransferResult> => {
    const again = order.resume || earlier > 0;
    const mine = sent.offered;
    sent.bytes = again ? await alreadyThere(session, name, order, before, what) : 0;
    // More than was sent is from elsewhere: servers with atomic uploads keep the old file until the new one is whole.
    if (earlier > 0 && !order.resume && !append && sent.bytes > mine) sent.bytes = 0;
    if (order.resume && earlier === 0 && !append && sent.bytes > 0 && sent.bytes === order.size) {
      return await wasThere(session, name, order, what, plan);
    }
    const whole = sent.bytes === 0 && !append;
    const hash = whole ? plan.hash && fresh(plan.hash) : undefined;
    let reported: Promise<number | undefined> | undefined;
    const { how } = await runTransfer(session, {
      verb: append || sent.bytes > 0 ? "APPE" : "STOR",
      argument: wireName(session, name),
      what,
      direction: "upload",
      type: options.type === "ascii" ? "A" : "I",
      offset: 0,
      signal,
      carry: (data, stop) => {
        isOpened = true;
        const source = passing(order, hash, sent);
        // Converted pieces are others.
        const giveBack = options.type === "ascii" ? undefined : order.giveBack;
        return sendData(data, source, { ...flow(session), signal: stop }, giveBack);
      },
      onDataComplete: () => {
        if (!asksNothingMore(options, { ...plan, hash })) return;
        // Pipelined with what the next call begins with.
        reported = plan.size ? reportedSize(session, name) : Promise.resolve(undefined);
        reported.catch(() => {});
        releaseControl(order);
      },
    });
    const about = { path: name, what, have: before + sent.bytes, whole, direction: "upload" } as const;
    const verified = await (reported === undefined
      ? verify(session, about, { ...plan, hash }, undefined)
      : compare(session, about, plan, await reported));
    return { bytes: sent.moved, verified, mode: session.modes.mode, how, attempts: earlier + 1 };
  };
  const retries = seekable ? (options.retries ?? 0) : 0;
  const mayRepeat = (): boolean => seekable || !isOpened;
  const inPlace = (session: Session, earlier: number): Promise<TransferResult> =>
    withName(session, use, (name) => attempt(session, earlier, name));
  return await retryOver(holder, retries, signal, inPlace, mayRepeat);
}

/** An attempt that broke has left its bytes in the digest. */
function fresh({ name }: NonNullable<Verification["hash"]>): Verification["hash"] {
  return { name, digest: makeDigest(name) };
}

/** Bytes of the source that the server has already. Throws when it has more than there is, for then it is another file. */
async function alreadyThere(
  session: Session,
  name: string,
  order: UploadOrder,
  before: number,
  what: string,
): Promise<number> {
  const there = (await sizeThere(session, name)) ?? 0;
  const bytes = there - before;
  if (bytes >= 0 && (order.size === undefined || bytes <= order.size)) return bytes;
  throw new SallyportError("FTP_VERIFY", `${what}: the server's file has ${there} bytes, more than there are here`, {
    hint: "It is another file; upload it again, without resume.",
  });
}

/** Nothing is sent: the server has as many bytes as there are. */
async function wasThere(
  session: Session,
  name: string,
  order: UploadOrder,
  what: string,
  plan: Verification,
): Promise<TransferResult> {
  const { open, size = 0 } = order;
  const hash = plan.hash && fresh(plan.hash);
  if (hash !== undefined) for await (const piece of open(0)) hash.digest.update(piece);
  const about = { path: name, what, have: size, whole: false, direction: "upload" } as const;
  const verified = await verify(session, about, { ...plan, hash }, size);
  return { bytes: 0, verified, mode: session.modes.mode, how: "nothing", attempts: 1, wasThere: true };
}

/** The source, counted, checked and converted on its way. */
async function* passing(order: UploadOrder, hash: Verification["hash"], sent: Sent): AsyncGenerator<Uint8Array> {
  const { options, size } = order;
  const lines = options.type === "ascii" ? toNetworkLines() : undefined;
  for await (const piece of order.open(sent.bytes)) {
    const chunk = lines === undefined ? piece : lines.convert(piece);
    hash?.digest.update(chunk);
    sent.offered = sent.bytes + chunk.length;
    yield chunk;
    sent.bytes += chunk.length;
    sent.moved += chunk.length;
    options.onProgress?.({ bytes: sent.bytes, size });
  }
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

/** One attempt, from a file of this machine; with `resume` behind what the server has. */
export async function sendFile(
  holder: SessionHolder,
  localPath: string,
  path: string,
  options: SendOptions,
): Promise<TransferResult> {
  // A file that is not there must not make an empty one at the server.
  const [size, found] = await Promise.all([
    localSize(localPath),
    stat(localPath).catch(() => undefined),
    readable(localPath),
  ]);
  const buffers = new BufferPool(size);
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
  buffers: BufferPool,
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

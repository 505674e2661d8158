// A file from here to the server.
import { toNetworkLines } from "../protocol/ascii.ts";
import { SallyportError } from "../protocol/error.ts";
import { printable } from "../protocol/printable.ts";
import { attempts, type Holder } from "./attempts.ts";
import { makeDigest } from "./digest.ts";
import { asksNothingMore, flow, letOthersOn, refuseAsciiParts } from "./download.ts";
import { byName } from "./place.ts";
import { sendData } from "./send-data.ts";
import { type Talk, wireName } from "./talk.ts";
import { runTransfer } from "./transfer.ts";
import type { TransferResult, UploadOptions } from "./transfer-options.ts";
import { compare, planVerification, sizeThere, toldSize, type Verification, verify } from "./verification.ts";

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
  wireName(holder.talk, path);
  refuseAsciiParts(what, options, order.resume);
  const plan = planVerification(holder.talk, options);
  const append = options.append === true;
  const use = { path, signal };
  const sizeBefore = (): Promise<number | undefined> =>
    byName(holder.talk, use, (name) => sizeThere(holder.talk, name));
  const before = append && plan.size ? ((await sizeBefore()) ?? 0) : 0;
  const sent: Sent = { bytes: 0, offered: 0, moved: 0 };
  let isOpened = false;
  const attempt = async (talk: Talk, earlier: number, name: string): Promise<TransferResult> => {
    const again = order.resume || earlier > 0;
    const mine = sent.offered;
    sent.bytes = again ? await alreadyThere(talk, name, order, before, what) : 0;
    // More than was sent is from elsewhere: servers with atomic uploads keep the old file until the new one is whole.
    if (earlier > 0 && !order.resume && !append && sent.bytes > mine) sent.bytes = 0;
    if (order.resume && earlier === 0 && !append && sent.bytes > 0 && sent.bytes === order.size) {
      return await wasThere(talk, name, order, what, plan);
    }
    const whole = sent.bytes === 0 && !append;
    const hash = whole ? plan.hash && fresh(plan.hash) : undefined;
    let told: Promise<number | undefined> | undefined;
    const { how } = await runTransfer(talk, {
      verb: append || sent.bytes > 0 ? "APPE" : "STOR",
      argument: wireName(talk, name),
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
        return sendData(data, source, { ...flow(talk), signal: stop }, giveBack);
      },
      onCarried: () => {
        if (!asksNothingMore(options, { ...plan, hash })) return;
        // Pipelined with what the next call begins with.
        told = plan.size ? toldSize(talk, name) : Promise.resolve(undefined);
        told.catch(() => {});
        letOthersOn(order);
      },
    });
    const about = { path: name, what, have: before + sent.bytes, whole, direction: "upload" } as const;
    const verified = await (told === undefined
      ? verify(talk, about, { ...plan, hash }, undefined)
      : compare(talk, about, plan, await told));
    return { bytes: sent.moved, verified, mode: talk.modes.mode, how, attempts: earlier + 1 };
  };
  const retries = seekable ? (options.retries ?? 0) : 0;
  const mayRepeat = (): boolean => seekable || !isOpened;
  const inPlace = (talk: Talk, earlier: number): Promise<TransferResult> =>
    byName(talk, use, (name) => attempt(talk, earlier, name));
  return await attempts(holder, retries, signal, inPlace, mayRepeat);
}

/** An attempt that broke has left its bytes in the digest. */
function fresh({ name }: NonNullable<Verification["hash"]>): Verification["hash"] {
  return { name, digest: makeDigest(name) };
}

/** Bytes of the source that the server has already. Throws when it has more than there is, for then it is another file. */
async function alreadyThere(
  talk: Talk,
  name: string,
  order: UploadOrder,
  before: number,
  what: string,
): Promise<number> {
  const there = (await sizeThere(talk, name)) ?? 0;
  const bytes = there - before;
  if (bytes >= 0 && (order.size === undefined || bytes <= order.size)) return bytes;
  throw new SallyportError("FTP_VERIFY", `${what}: the server's file has ${there} bytes, more than there are here`, {
    hint: "It is another file; upload it again, without resume.",
  });
}

/** Nothing is sent: the server has as many bytes as there are. */
async function wasThere(
  talk: Talk,
  name: string,
  order: UploadOrder,
  what: string,
  plan: Verification,
): Promise<TransferResult> {
  const { open, size = 0 } = order;
  const hash = plan.hash && fresh(plan.hash);
  if (hash !== undefined) for await (const piece of open(0)) hash.digest.update(piece);
  const about = { path: name, what, have: size, whole: false, direction: "upload" } as const;
  const verified = await verify(talk, about, { ...plan, hash }, size);
  return { bytes: 0, verified, mode: talk.modes.mode, how: "nothing", attempts: 1, wasThere: true };
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

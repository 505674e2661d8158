// An upload as a session with a server gets it: what, where to, and what may be resumed.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import type { Chunks } from "../client/compare-tail.ts";
import type { Progress, SourceFacts, TransferOptions } from "../client/transfer-options.ts";
import { translateFsError } from "../filesystem/fs-error.ts";
import { limits } from "../protocol/limits.ts";
import { identify } from "./identify.ts";
import { BufferPool, readLocal } from "./local-file.ts";
import type { ServerSession } from "./server-session.ts";

/** What is uploaded: a file of this machine, standard input, or a file of another server. */
export interface StoreSource {
  /** Asked again for each attempt. */
  identify(signal: AbortSignal): Promise<SourceFacts>;
  /** The bytes from there on. */
  open(offset: number): Chunks;
  /** A piece is not needed any more, and may be changed. */
  readonly giveBack?: (piece: Uint8Array) => void;
  /** Whether `open` can begin anywhere, and more than once. */
  readonly seekable: boolean;
}

/**
 * What to do about bytes that are there. `no`: begin. `asked`: the user said --resume, so notes and bytes are compared.
 * `retry`: they are this run's own, and the source is the same.
 */
export type ResumeMode = "no" | "requested" | "retry";

/** What one attempt leaves for the next one. */
export interface AttemptState {
  /** Bytes that were there before the first attempt. */
  from?: number;
  /** Bytes of this run have been sent. */
  hasBegun?: boolean;
  /**
   * What had the name when this run began at the first byte, where no part is used: while that is there, nothing of this run is. `unknown`: the
   * session was lost over the question.
   */
  before?: SourceFacts | "nothing" | "unknown";
  /** The part is whole, and is getting its name. */
  isRenaming?: boolean;
}

export interface StoreOrder {
  /** As the caller writes it. */
  readonly path: string;
  readonly source: StoreSource;
  readonly identity: SourceFacts;
  readonly resume: ResumeMode;
  readonly state: AttemptState;
  /** Write the name itself, without a part. FTP always does. */
  readonly inPlace: boolean;
  /** There may be another attempt. */
  readonly mayRetry: boolean;
  /** The time that the server's file is to get; undefined: none. */
  readonly modifiedMs: number | undefined;
  readonly signal: AbortSignal;
  readonly verify: NonNullable<TransferOptions["verify"]>;
  readonly type: NonNullable<TransferOptions["type"]>;
  readonly onProgress: (progress: Progress) => void;
  readonly onDataComplete?: () => void;
  /** Something to know that is no failure. */
  readonly note: (text: string) => void;
}

export function localSource(path: string): StoreSource {
  let buffers = new BufferPool();
  let whole: Uint8Array | undefined;
  return {
    identify: async () => {
      const { stats, content } = readBeginning(path);
      buffers = new BufferPool(stats.size);
      whole = content;
      return { size: stats.size, modifiedMs: Math.floor(stats.mtimeMs) };
    },
    open: (offset) => (whole === undefined ? readLocal(path, offset, undefined, buffers) : [whole.subarray(offset)]),
    giveBack: (piece) => {
      if (whole === undefined) buffers.giveBack(piece);
    },
    seekable: true,
  };
}

/**
 * A file that cannot be read must not make an empty one at the server. Of a small one this is the content as well: to ask other threads for
 * so few bytes costs four times what the kernel needs to give them.
 */
function readBeginning(path: string): { readonly stats: Stats; readonly content: Uint8Array | undefined } {
  try {
    return contentOf(openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
  } catch (error) {
    throw translateFsError(error, path);
  }
}

function contentOf(descriptor: number): ReturnType<typeof readBeginning> {
  try {
    const stats = fstatSync(descriptor);
    const isSmall = stats.isFile() && stats.size <= limits.clientFirstBufferBytes;
    // With one more byte the end is seen; files that report no size (/proc) have bytes none the less.
    const buffer = Buffer.allocUnsafeSlow(isSmall ? stats.size + 1 : 1);
    const count = readSync(descriptor, buffer, 0, buffer.length, 0);
    return { stats, content: isSmall && count === stats.size ? buffer.subarray(0, count) : undefined };
  } finally {
    closeSync(descriptor);
  }
}

export function streamSource(stream: AsyncIterable<Uint8Array>): StoreSource {
  return { identify: async () => ({}), open: () => stream, seekable: false };
}

/** Disposal ends what is still being read. The session is asked for again after a failure that may have ended it. */
export function remoteSource(
  session: () => Promise<ServerSession>,
  path: string,
  options: TransferOptions,
): StoreSource & Disposable {
  const streams = new Set<{ destroy(): unknown }>();
  let opened: ServerSession | undefined;
  return {
    identify: async (signal) => {
      opened = await session();
      return await identify(opened, path, { signal });
    },
    open: (offset) => {
      if (opened === undefined) throw new Error("a source is identified before it is opened");
      // A checksum needs the bytes before as well.
      const verify = offset > 0 && options.verify === "hash" ? "size" : (options.verify ?? "size");
      const stream = opened.download(path, { ...options, verify, offset });
      stream.result.catch(() => {}); // the stream tells it as well
      streams.add(stream);
      stream.once("close", () => streams.delete(stream));
      return stream;
    },
    seekable: true,
    [Symbol.dispose]: () => {
      for (const stream of streams) stream.destroy();
    },
  };
}

// Whether bytes that are there already are the beginning of the source: the last of them are compared.
import { isSallyportError } from "../protocol/error.ts";

export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The server has answered, and will not say. */
export function isRefusal(error: unknown): boolean {
  return isSallyportError(error) && /^(?:FTP_REPLY_|FTP_PROTOCOL_REMOTE$|FS_|NET_UNSUPPORTED$)/.test(error.code);
}

/** How much of the end of a part is compared. */
export const compareBytes = 65_536;

export type Tail = "same" | "different" | "unknown";

/**
 * The last of the first `bytes` of both: `there` is what somebody has, `source` what it should be. `unknown` where a side lets nobody read.
 * Throws what ends a session, the signal's reason.
 */
export async function compareTail(
  there: (offset: number) => Chunks,
  source: (offset: number) => Chunks,
  bytes: number,
  signal: AbortSignal,
): Promise<Tail> {
  const offset = Math.max(0, bytes - compareBytes);
  if (bytes === 0) return "same";
  try {
    const last = await firstBytes(there(offset), bytes - offset);
    return Buffer.compare(last, await firstBytes(source(offset), bytes - offset)) === 0 ? "same" : "different";
  } catch (error) {
    signal.throwIfAborted();
    if (isRefusal(error)) return "unknown";
    throw error;
  }
}

/** Reads no more than it must; a source that goes on is left. */
async function firstBytes(source: Chunks, count: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let have = 0;
  for await (const piece of source) {
    pieces.push(Uint8Array.prototype.slice.call(piece));
    have += piece.length;
    if (have > count) break;
  }
  return Buffer.concat(pieces).subarray(0, count);
}

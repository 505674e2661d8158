// Bytes from a side that has nothing to say.
import type { Duplex } from "node:stream";
import { limits } from "../protocol/limits.ts";

const watched = new WeakSet<Duplex>();

/**
 * Reads and throws away what comes, so that a reset is noticed even while nothing is written. A peer that sends more than
 * `strayBytesMax` is not read any further: TCP then holds it back, and it costs nothing.
 */
export function discardStrayBytes(stream: Duplex): void {
  if (watched.has(stream)) return;
  watched.add(stream);
  let discarded = 0;
  stream.on("data", (chunk: Uint8Array) => {
    discarded += chunk.length;
    if (discarded > limits.strayBytesMax) stream.pause();
  });
  if (stream.isPaused()) stream.resume();
}

// The bytes of an upload's source, until something else ends it.
import { raceAbort } from "../../platform/abort.ts";
import type { Chunks } from "../store-order.ts";

/**
 * The pieces in their order. Throws the signal's reason at once, also while the source waits for something that may never come:
 * standard input does not know that the server is gone.
 */
export async function* pieces(chunks: Chunks, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const source = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  let isOver = false;
  try {
    for (;;) {
      const next = await raceAbort(Promise.resolve(source.next()), signal);
      isOver = next.done === true;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not awaited: it comes behind a piece that may never come.
    if (!isOver) void Promise.resolve(source.return?.()).catch(() => {});
  }
}

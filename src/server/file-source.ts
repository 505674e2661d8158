// The bytes of a file in pieces: while one is on its way the next is being read.
import type { FileReader } from "../platform/file-system.ts";
import type { Converter } from "../protocol/ascii.ts";
import { limits } from "../protocol/limits.ts";

/** A piece is good until the next but one is asked for. */
export async function* filePieces(reader: FileReader): AsyncGenerator<Uint8Array> {
  // Small files should not cost two large buffers.
  const size = Math.min(limits.fileChunkBytes, Math.max(reader.facts.size + 1, 4096));
  let buffer = Buffer.allocUnsafe(size);
  let other = Buffer.allocUnsafe(size);
  let pending = reader.read(buffer);
  for (;;) {
    const count = await pending;
    if (count === 0) return;
    const piece = buffer.subarray(0, count);
    [buffer, other] = [other, buffer];
    pending = reader.read(buffer);
    pending.catch(() => {}); // it is asked for on the next round, if there is one
    yield piece;
  }
}

export async function* converted(pieces: AsyncIterable<Uint8Array>, converter: Converter): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield converter.convert(piece);
  const rest = converter.end();
  if (rest.length > 0) yield rest;
}

// The bytes of a file in pieces: while one is on its way the next is being read.
import type { FileReader } from "../platform/file-system.ts";
import type { Converter } from "../protocol/ascii.ts";
import { limits } from "../protocol/limits.ts";

/**
 * `offset`: where the reader begins. A piece is good until the next but one is asked for. A file ends where a read does not
 * fill its buffer, unless that is before the end that it had.
 */
export async function* filePieces(reader: FileReader, offset: number): AsyncGenerator<Uint8Array> {
  let left = reader.facts.size - offset;
  // Small files should not cost two large buffers.
  const size = Math.min(limits.fileChunkBytes, Math.max(left + 1, 4096));
  let buffer: Buffer = Buffer.allocUnsafe(size);
  let other: Buffer | undefined;
  let pending = reader.read(buffer);
  for (;;) {
    const count = await pending;
    if (count === 0) return;
    const piece = buffer.subarray(0, count);
    left -= count;
    const last = count < size && left <= 0;
    if (last) return yield piece;
    [buffer, other] = [other ?? Buffer.allocUnsafe(size), buffer];
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

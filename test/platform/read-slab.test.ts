import { describe, expect, it } from "vitest";
import { ReadSlab } from "../../src/platform/read-slab.ts";

const mebibyte = 1_048_576;

/** Reads `bytes` into the slab as a socket would, 300 kB at most each time. */
function read(slab: ReadSlab, bytes: number, value: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let left = bytes; left > 0; ) {
    const room = slab.room();
    const count = Math.min(left, room.length, 300_000);
    room.fill(value, 0, count);
    pieces.push(slab.take(count));
    left -= count;
  }
  return pieces;
}

const memoryOf = (pieces: readonly Uint8Array[]): Set<ArrayBufferLike> => new Set(pieces.map(({ buffer }) => buffer));

describe("memory for many reads", () => {
  it("is never read into again where nobody releases it", () => {
    const slab = new ReadSlab();
    const pieces = Array.from({ length: 20 }, (_, value) => read(slab, mebibyte, value));
    pieces.forEach((some, value) => {
      expect(some.every((piece) => piece.every((byte) => byte === value))).toBe(true);
    });
  });

  it("keeps every piece that is not released yet, however late that is", () => {
    const slab = new ReadSlab(true);
    const waiting: { readonly piece: Uint8Array; readonly value: number }[] = [];
    for (let value = 0; value < 120; value += 1) {
      for (const piece of read(slab, 290_000, value)) waiting.push({ piece, value });
      // From nothing to ten pieces wait, up and down.
      const kept = Math.abs((value % 20) - 10);
      while (waiting.length > kept) {
        const oldest = waiting.shift();
        expect(oldest?.piece.every((byte) => byte === oldest.value)).toBe(true);
        slab.release(oldest?.piece.length ?? 0);
      }
    }
  });

  it("is read into again once all of it is released", () => {
    const slab = new ReadSlab(true);
    read(slab, 4 * mebibyte, 1).forEach((piece) => {
      slab.release(piece.length);
    });
    const pieces = Array.from({ length: 200 }, (_, value) => {
      const some = read(slab, 300_000, value);
      for (const piece of some) slab.release(piece.length);
      return some;
    });
    expect(memoryOf(pieces.flat()).size).toBeLessThanOrEqual(2);
  });
});

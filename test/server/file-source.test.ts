// A file in pieces: all of it, whatever the reader's reads look like, and no read more than that takes.
import { describe, expect, test } from "vitest";
import type { FileReader } from "../../src/platform/file-system.ts";
import { limits } from "../../src/protocol/limits.ts";
import { filePieces } from "../../src/server/handlers/transfers.ts";

/** Had `size` bytes when it was opened, and has `content` now; gives at most `atOnce` a read. */
class Reader implements FileReader {
  readonly facts: FileReader["facts"];
  reads = 0;
  readonly #content: Buffer;
  readonly #atOnce: number;
  #position: number;

  constructor(size: number, content: Buffer, atOnce = Number.POSITIVE_INFINITY, offset = 0) {
    this.facts = { type: "file", size, modifiedMs: 0, mode: 0o644 };
    this.#content = content;
    this.#atOnce = atOnce;
    this.#position = offset;
  }

  async read(buffer: Uint8Array): Promise<number> {
    this.reads += 1;
    const end = this.#position + Math.min(buffer.length, this.#atOnce);
    const count = this.#content.copy(buffer, 0, this.#position, end);
    this.#position += count;
    return count;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

async function all(reader: FileReader, offset = 0): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of filePieces(reader, offset)) {
    // It must stay as it is while the next one is read.
    await new Promise(setImmediate);
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces);
}

const bytes = (count: number): Buffer => Buffer.from(Array.from({ length: count }, (_, at) => (at * 31) >>> 3));
const chunk = limits.fileChunkBytes;

describe("a file in pieces", () => {
  test("a small file takes one read, an empty one too", async () => {
    for (const size of [0, 1, 2000, 4095]) {
      const reader = new Reader(size, bytes(size));
      expect((await all(reader)).equals(bytes(size))).toBe(true);
      expect(reader.reads, `${size} bytes`).toBe(1);
    }
  });

  test.each([4096, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 5])(
    "a file of %i bytes is whole",
    async (size) => {
      expect((await all(new Reader(size, bytes(size)))).equals(bytes(size))).toBe(true);
    },
  );

  test("a reader that gives less than it could is asked until it has given all", async () => {
    const content = bytes(chunk + 700);
    expect((await all(new Reader(content.length, content, 999))).equals(content)).toBe(true);
  });

  test("from an offset, and from one behind the end", async () => {
    const content = bytes(9000);
    expect((await all(new Reader(9000, content, 1000, 2500), 2500)).equals(content.subarray(2500))).toBe(true);
    expect(await all(new Reader(9000, content, 1000, 9000), 9000)).toHaveLength(0);
  });

  test.each([5000, chunk, 2 * chunk + 9])(
    "a file that has grown to %i bytes since is carried as it is now",
    async (size) => {
      expect((await all(new Reader(100, bytes(size)))).equals(bytes(size))).toBe(true);
    },
  );

  test("a file that has shrunk since ends where it ends", async () => {
    expect(await all(new Reader(2 * chunk, bytes(chunk + 3)))).toHaveLength(chunk + 3);
  });
});

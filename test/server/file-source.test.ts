// A file in pieces: all of it, whatever the reader's reads look like, and no read more than that takes.
import { describe, expect, test } from "vitest";
import { FileRest } from "../../src/data-connection/file-rest.ts";
import { joinedPair } from "../../src/data-connection/joined-pair.ts";
import type { FileReader, LendsFile } from "../../src/platform/file-system.ts";
import type { SendsFiles } from "../../src/platform/network.ts";
import { limits } from "../../src/protocol/limits.ts";
import { FilePieces } from "../../src/server/file-pieces.ts";
import { FakeClock } from "../support/fake-clock.ts";

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

  /** Somebody else reads, and gives how much. */
  async skip(read: (position: number) => Promise<number>): Promise<number> {
    const count = await read(this.#position);
    this.#position += count;
    return count;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

class LendingReader extends Reader implements LendsFile {
  lend(use: (descriptor: number, position: number) => Promise<number>): Promise<number> {
    return this.skip((position) => use(7, position));
  }
}

async function all(reader: FileReader, offset = 0): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of new FilePieces(reader, offset)) {
    // It must stay as it is while the next one is read.
    await new Promise(setImmediate);
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces);
}

const few = Buffer.from(Array.from({ length: 65_537 }, (_, at) => (at * 31) >>> 3));
const bytes = (count: number): Buffer => Buffer.alloc(count, few);
const chunk = limits.fileChunkBytes;
const behind = limits.systemSendBehindBytes;
const enough = limits.systemSendFromBytes;

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

  test.each([1000, enough + 4000])(
    "what the system sends of it, %i bytes, is left out, and the rest follows",
    async (most) => {
      const content = bytes(behind + enough + 4000);
      const reader = new LendingReader(content.length, content);
      const sentBySystem: [number, Buffer][] = [];
      const [near] = joinedPair("near", "far");
      const sendFile: SendsFiles["sendFile"] = async (_, position) => {
        const part = content.subarray(position, position + most);
        sentBySystem.push([carried, part]);
        return part.length;
      };
      const { signal } = new AbortController();
      const options = { clock: new FakeClock(), signal, moved: () => {} };
      const rest = new FileRest(Object.defineProperty(near, "sendFile", { value: sendFile }), options);
      let carried = 0;
      const pieces: Buffer[] = [];
      for await (const piece of new FilePieces(reader, 0, rest)) {
        pieces.push(Buffer.from(piece));
        carried += piece.length;
      }
      expect(sentBySystem.map(([at, { length }]) => [at, length])).toEqual([[behind, most]]);
      const before = Buffer.concat(pieces).subarray(0, behind);
      const after = Buffer.concat(pieces).subarray(behind);
      const whole = Buffer.concat([before, ...sentBySystem.map(([, part]) => part), after]);
      expect(whole.equals(content)).toBe(true);
    },
  );

  test("a file that has shrunk since ends where it ends", async () => {
    expect(await all(new Reader(2 * chunk, bytes(chunk + 3)))).toHaveLength(chunk + 3);
  });
});

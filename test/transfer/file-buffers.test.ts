// Files of this machine at both ends of a transfer: their buffers are used again, and never too early.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { receiveData } from "../../src/client/receive-data.ts";
import { Outgoing, sendData } from "../../src/client/send-data.ts";
import { joinedPair } from "../../src/data-connection/joined-pair.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import { limits } from "../../src/protocol/limits.ts";
import { Bench, never, type Pair } from "../../src/testing/network/bench.ts";
import { mebibyte, randomPayload } from "../../src/testing/network/traffic.ts";
import { FileSink } from "../../src/transfer/file-sink.ts";
import { BufferPool, readLocal } from "../../src/transfer/local-file.ts";
import { localSource, type StoreSource } from "../../src/transfer/store-order.ts";
import { openSystemFixture } from "../conformance/system-fixture.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir } from "../support/tempdir.ts";
import { until } from "../support/until.ts";

const bench = new Bench(() => openSystemFixture());
const flow = { clock: systemClock, stallMs: 10_000, signal: never };

watchResources();
beforeAll(() => bench.prepare());
afterEach(() => bench.clear());
afterAll(() => bench.close());

function joined(): Pair {
  const [near, far] = joinedPair("near", "far");
  return { near: bench.keep(near), far: bench.keep(far) };
}

/** Neither soon nor late: buffers keep their size. */
let steadyMs = 0;
const steady = {
  nowMs: (): number => {
    steadyMs += limits.clientQuickPieceMs + 1;
    return steadyMs;
  },
};

/** Counts the buffers that a file was read into. */
class CountedBuffers extends BufferPool {
  readonly different: Set<ArrayBufferLike> = new Set();
  returned = 0;

  override take(): Uint8Array {
    const buffer = super.take();
    this.different.add(buffer.buffer);
    return buffer;
  }

  override giveBack(piece: Uint8Array): void {
    this.returned += 1;
    super.giveBack(piece);
  }
}

describe.each([
  ["a socket", () => bench.pair("outgoing"), true],
  ["a connection inside this program", async () => joined(), false],
] as const)("from file to file over %s", (_, open, reuses) => {
  test("every byte arrives; buffers are read into again where the system has taken their bytes, and only there", async () => {
    await using dir = makeTempDir("buffers");
    const content = randomPayload(17 * mebibyte + 12_345);
    writeFileSync(dir.file("from"), content);
    const { near, far } = await open();
    const buffers = new CountedBuffers(content.length, steady);
    const sink = new FileSink(dir.file("to"), 0, systemClock);
    const source = readLocal(dir.file("from"), 0, undefined, buffers);
    const sent = sendData(near, new Outgoing(source), flow, (piece) => buffers.giveBack(piece));
    // Until the reader comes the system takes no more, and what waits must stay as it is.
    await until("bytes that wait", () => near.stream.writableLength > 0);
    await Promise.all([sent, receiveData(far, sink, flow)]);
    await sink.close(true);
    expect(readFileSync(dir.file("to")).equals(content)).toBe(true);
    expect(buffers.returned > 0).toBe(reuses);
    const pieces = Math.ceil(content.length / limits.clientFilePieceBytes);
    if (reuses) expect(buffers.different.size).toBeLessThan(pieces / 2);
    else expect(buffers.different.size).toBeGreaterThanOrEqual(pieces);
  });
});

describe("buffers that are given back", () => {
  /** The sizes of buffers that are taken and given back in turn, after so many ms each. */
  function sizes(fileBytes: number | undefined, underWayMs: readonly number[]): readonly number[] {
    let now = 0;
    const buffers = new BufferPool(fileBytes, { nowMs: () => now });
    return underWayMs.map((ms) => {
      const buffer = buffers.take();
      now += ms;
      buffers.giveBack(buffer.subarray(0, 1));
      return buffer.length;
    });
  }

  const [first, most] = [limits.clientFilePieceBytes, limits.clientQuickPieceBytes];

  test("become larger while a line takes their bytes soon, and small again on one that does not", () => {
    expect(sizes(undefined, [0, 10, 50, 0, 51, 999, 1000, 500, 50, 0])).toEqual([
      ...[first, 2 * first, most, most, most, most, most],
      ...[first, first, 2 * first],
    ]);
  });

  test("are never larger than the file", () => {
    expect(sizes(1_500_000, [0, 0, 0])).toEqual([first, 1_500_000, 1_500_000]);
    expect(sizes(100_000, [0, 0])).toEqual([100_000, 100_000]);
    expect(sizes(0, [0, 0])).toEqual([4096, 4096]);
  });
});

test("the piece behind a large one is read while that is sent, and no more than that", async () => {
  const { near } = joined();
  const piece = new Uint8Array(limits.clientQuickPieceBytes);
  let asked = 0;
  async function* source(): AsyncGenerator<Uint8Array> {
    for (;;) {
      asked += 1;
      yield piece;
    }
  }
  const sent = sendData(near, new Outgoing(source()), flow).catch((error: unknown) => error);
  await until("a second piece", () => asked === 2);
  await new Promise(setImmediate);
  expect(asked).toBe(2);
  near.reset();
  expect(await sent).toMatchObject({ code: "NET_RESET" });
});

describe("the sink", () => {
  test("says when it has enough, goes on when that is written, and keeps the order of its own and of foreign pieces", async () => {
    await using dir = makeTempDir("buffers");
    const content = randomPayload(3 * mebibyte);
    const sink = new FileSink(dir.file("to"), 0, systemClock);
    let waits = 0;
    for (let at = 0; at < content.length; ) {
      const piece = content.subarray(at, at + 50_000);
      const room = sink.room().subarray(0, piece.length);
      // Every third one is put where the sink wants it.
      const lent = at % 3 === 0;
      if (lent) room.set(piece.subarray(0, room.length));
      const goesOn = sink.write(lent ? room : piece);
      at += lent ? room.length : piece.length;
      if (goesOn) continue;
      waits += 1;
      await new Promise<void>((resolve) => sink.whenReady(resolve));
    }
    await sink.close(true);
    expect(waits).toBeGreaterThan(0);
    expect(readFileSync(dir.file("to")).equals(content)).toBe(true);
  });

  test("begins at its offset, and leaves what is before", async () => {
    await using dir = makeTempDir("buffers");
    writeFileSync(dir.file("to"), "0123456789");
    const sink = new FileSink(dir.file("to"), 4, systemClock);
    sink.write(Buffer.from("abc"));
    await sink.close(true);
    await sink.close(true);
    expect(readFileSync(dir.file("to"), "latin1")).toBe("0123abc789");
  });

  test("has a small file written and closed as soon as it has all come, and a second end changes nothing", async () => {
    await using dir = makeTempDir("buffers");
    const sink = new FileSink(dir.file("to"), 0, systemClock);
    const content = randomPayload(2000);
    sink.room().set(content);
    sink.write(sink.room().subarray(0, content.length));
    const closed = sink.close(true);
    expect(readFileSync(dir.file("to")).equals(content)).toBe(true);
    await closed;
    await sink.close(true);
    expect(readFileSync(dir.file("to")).equals(content)).toBe(true);
  });

  test("makes an empty file at the end of an empty download, and none for a download that failed", async () => {
    await using dir = makeTempDir("buffers");
    await new FileSink(dir.file("failed"), 0, systemClock).close(false);
    await new FileSink(dir.file("empty"), 0, systemClock).close(true);
    expect(existsSync(dir.file("failed"))).toBe(false);
    expect(readFileSync(dir.file("empty"))).toHaveLength(0);
  });

  test("that cannot write tells it with the next piece, and at its end", async () => {
    await using dir = makeTempDir("buffers");
    const sink = new FileSink(dir.path, 0, systemClock);
    sink.write(randomPayload(mebibyte));
    await new Promise<void>((resolve) => sink.whenReady(resolve));
    expect(() => sink.write(Buffer.from("more"))).toThrow(expect.objectContaining({ code: "FS_IS_DIRECTORY" }));
    await expect(sink.close(true)).rejects.toMatchObject({ code: "FS_IS_DIRECTORY" });
  });
});

describe("the source of an upload", () => {
  const bytesOf = async (source: StoreSource, offset: number): Promise<Buffer> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of source.open(offset)) pieces.push(piece);
    return Buffer.concat(pieces);
  };

  test.each([
    ["a small file", 2000],
    ["the largest of the small ones", limits.clientFirstBufferBytes],
    ["a larger file", limits.clientFirstBufferBytes + 1],
    ["an empty file", 0],
  ])("gives the bytes of %s, from any of them on, and again", async (_, bytes) => {
    await using dir = makeTempDir("buffers");
    const content = randomPayload(bytes);
    writeFileSync(dir.file("from"), content);
    const source = localSource(dir.file("from"));
    expect(await source.identify(never)).toMatchObject({ size: bytes });
    for (const offset of [0, bytes >> 1, bytes]) {
      expect((await bytesOf(source, offset)).equals(content.subarray(offset))).toBe(true);
    }
  });

  test("is a small file as it was when it was identified, until it is identified again", async () => {
    await using dir = makeTempDir("buffers");
    writeFileSync(dir.file("from"), "before");
    const source = localSource(dir.file("from"));
    await source.identify(never);
    writeFileSync(dir.file("from"), "and longer after");
    expect((await bytesOf(source, 0)).toString()).toBe("before");
    expect(await source.identify(never)).toMatchObject({ size: 16 });
    expect((await bytesOf(source, 0)).toString()).toBe("and longer after");
  });

  test("is read to its end where a file reports no size", async () => {
    const source = localSource("/proc/self/limits");
    expect(await source.identify(never)).toMatchObject({ size: 0 });
    expect((await bytesOf(source, 0)).toString()).toContain("Max open files");
  });
});

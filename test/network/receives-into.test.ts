// What arrives goes into the reader's own buffers, whole, in order and no further than asked; and a reset is no end there either.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Connection, type Receiver, receivesInto } from "../../src/platform/network.ts";
import { Bench, directions } from "../../src/testing/network/bench.ts";
import { mebibyte, randomPayload, send, sendAll } from "../../src/testing/network/traffic.ts";
import { openSystemFixture } from "../conformance/system-fixture.ts";
import { watchResources } from "../support/resources.ts";
import { until } from "../support/until.ts";

const bench = new Bench(() => openSystemFixture());

watchResources();
beforeAll(() => bench.prepare());
afterEach(() => bench.clear());
afterAll(() => bench.close());

/** Takes everything, in rooms of `roomBytes`, until it has more than `enough`. */
class Collector implements Receiver {
  readonly pieces: Buffer[] = [];
  enough = Number.POSITIVE_INFINITY;
  bytes = 0;
  readonly more: () => void;
  readonly ending: Promise<"end" | "broken">;
  readonly #room: Buffer;

  constructor(connection: Connection, roomBytes: number, enough = Number.POSITIVE_INFINITY) {
    this.#room = Buffer.alloc(roomBytes);
    this.enough = enough;
    const { stream } = connection;
    this.ending = new Promise((resolve) => {
      stream.once("end", () => resolve("end"));
      stream.once("close", () => resolve("broken"));
    });
    if (!receivesInto(connection)) throw new Error("this Node.js cannot do that: see src/network/socket-buffers.ts");
    this.more = connection.receiveInto(this);
  }

  room(): Uint8Array {
    return this.#room;
  }

  filled(count: number): boolean {
    this.pieces.push(Buffer.from(this.#room.subarray(0, count)));
    this.bytes += count;
    return this.bytes < this.enough;
  }
}

describe.each(directions)("into the buffers of an %s connection", (direction) => {
  it.each([7919, 65_536, 300_000])("every byte comes, in order, in rooms of %i bytes", async (roomBytes) => {
    const { near, far } = await bench.pair(direction);
    const payload = randomPayload(3 * mebibyte);
    const collector = new Collector(near, roomBytes);
    await sendAll(far.stream, payload);
    expect(await collector.ending).toBe("end");
    expect(Buffer.concat(collector.pieces).equals(payload)).toBe(true);
  });

  it("what had been read before it was asked for comes first", async () => {
    const { near, far } = await bench.pair(direction);
    const payload = randomPayload(100_000);
    await send(far.stream, payload.subarray(0, 40_000));
    near.stream.read(0);
    await until("bytes in the stream", () => near.stream.readableLength > 20_000);
    const collector = new Collector(near, 1000);
    await sendAll(far.stream, payload.subarray(40_000));
    expect(await collector.ending).toBe("end");
    expect(Buffer.concat(collector.pieces).equals(payload)).toBe(true);
  });

  it("an end-of-file that had been read before it was asked for comes too", async () => {
    const { near, far } = await bench.pair(direction);
    await sendAll(far.stream, "a small file");
    near.stream.read(0);
    await until("bytes in the stream", () => near.stream.readableLength === 12);
    const collector = new Collector(near, 1000);
    expect(await collector.ending).toBe("end");
    expect(Buffer.concat(collector.pieces).toString()).toBe("a small file");
  });

  it("a reader that has enough is left alone, until it asks for more", async () => {
    const { near, far } = await bench.pair(direction);
    const payload = randomPayload(8 * mebibyte);
    const collector = new Collector(near, 65_536, mebibyte);
    const sent = sendAll(far.stream, payload);
    await until("the reader has enough", () => collector.bytes >= collector.enough);
    const { bytes } = collector;
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    expect(collector.bytes).toBe(bytes);
    expect(bytes).toBeLessThan(mebibyte + 65_536);
    collector.enough = Number.POSITIVE_INFINITY;
    collector.more();
    expect(await collector.ending).toBe("end");
    await sent;
    expect(Buffer.concat(collector.pieces).equals(payload)).toBe(true);
  });

  it("a reset behind bytes of any number is no end-of-file", async () => {
    for (const length of [11, 65_536, 100_000, mebibyte]) {
      const { near, far } = await bench.pair(direction);
      await send(far.stream, Buffer.alloc(length));
      far.reset();
      await far.closed;
      const collector = new Collector(near, 2 * mebibyte);
      expect(await collector.ending, `${length} bytes`).toBe("broken");
      expect(await near.closed).toMatchObject({ by: "remote", how: "reset", error: { code: "NET_RESET" } });
    }
  });
});

// From a connection into a file: whole, in order, at the pace of the slower one, and written before anything goes wrong with it.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { joinedPair } from "../../src/data-connection/joined-pair.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import { type Connection, receivesInto } from "../../src/platform/network.ts";
import { limits } from "../../src/protocol/limits.ts";
import { receiveData } from "../../src/server/receive-data.ts";
import { Bench, never, type Pair } from "../../src/testing/network/bench.ts";
import { mebibyte, randomPayload, send, sendAll } from "../../src/testing/network/traffic.ts";
import { openSystemFixture } from "../conformance/system-fixture.ts";
import { watchResources } from "../support/resources.ts";
import { until } from "../support/until.ts";

const bench = new Bench(() => openSystemFixture());

watchResources();
beforeAll(() => bench.prepare());
afterEach(() => bench.clear());
afterAll(() => bench.close());

function joined(): Pair {
  const [near, far] = joinedPair("near", "far");
  return { near: bench.keep(near), far: bench.keep(far) };
}

async function sendInPieces({ stream }: Connection, payload: Buffer): Promise<void> {
  for (let at = 0; at < payload.length; at += 65_536) await send(stream, payload.subarray(at, at + 65_536));
  stream.end();
}

/** A file whose writes take a while, and read their bytes at the end of it. */
class SlowFile {
  readonly #pieces: Buffer[] = [];
  readonly progress = { bytes: 0 };
  largest = 0;
  gate: Promise<void> = Promise.resolve();

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    await this.gate;
    const bytes = Buffer.concat(pieces);
    this.largest = Math.max(this.largest, bytes.length);
    this.#pieces.push(bytes);
  }

  receive(from: Connection, signal: AbortSignal = never): Promise<void> {
    return receiveData(from, (pieces) => this.write(pieces), { clock: systemClock, signal, progress: this.progress });
  }

  get content(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

describe.each([
  ["buffers", () => bench.pair("incoming"), true],
  ["pieces", async () => joined(), false],
] as const)("in %s", (_, open, buffers) => {
  test("every byte is written once, in order, and no buffer is used again before it is", async () => {
    const { near, far } = await open();
    expect(receivesInto(near)).toBe(buffers);
    const file = new SlowFile();
    const payload = randomPayload(9 * mebibyte + 1);
    await Promise.all([file.receive(near), sendAll(far.stream, payload)]);
    expect(file.content.equals(payload)).toBe(true);
    expect(file.progress.bytes).toBe(payload.length);
  });

  test("an empty file, and one of one byte", async () => {
    for (const text of ["", "x"]) {
      const { near, far } = await open();
      const file = new SlowFile();
      await Promise.all([file.receive(near), sendAll(far.stream, text)]);
      expect(file.content.toString()).toBe(text);
    }
  });

  test("what a slow client sends is written before more of it comes", async () => {
    const { near, far } = await open();
    const file = new SlowFile();
    const received = file.receive(near);
    for (const [index, text] of ["one ", "two ", "three"].entries()) {
      await send(far.stream, text);
      const soFar = ["one ", "one two ", "one two three"][index];
      await until("written", () => file.content.toString() === soFar);
    }
    far.stream.end();
    await received;
  });

  test("while a write does not get on, the client has to wait", async () => {
    const { near, far } = await open();
    const file = new SlowFile();
    let release = (): void => {};
    file.gate = new Promise((resolve) => {
      release = resolve;
    });
    const payload = randomPayload(40 * mebibyte);
    let sent = false;
    const sending = sendInPieces(far, payload).then(() => {
      sent = true;
    });
    const received = file.receive(near);
    for (let turn = 0; turn < 500; turn += 1) await new Promise(setImmediate);
    expect(sent).toBe(false);
    expect(file.progress.bytes).toBe(0);
    release();
    await Promise.all([received, sending]);
    expect(file.content.equals(payload)).toBe(true);
    expect(file.largest).toBeLessThanOrEqual(2 * limits.uploadBufferBytes);
  });

  test("an upload that is cut is no end, and what had come before is written", async () => {
    const { near, far } = await open();
    const file = new SlowFile();
    const received = file.receive(near);
    await send(far.stream, "half a file");
    await until("written", () => file.content.length === 11);
    far.reset();
    await expect(received).rejects.toMatchObject({ code: "NET_RESET" });
    expect(file.content.toString()).toBe("half a file");
  });

  test("an aborted signal ends it with its reason", async () => {
    const { near, far } = await open();
    const stop = new AbortController();
    const received = new SlowFile().receive(near, stop.signal);
    await send(far.stream, "half a file");
    stop.abort(new Error("enough"));
    await expect(received).rejects.toThrow("enough");
  });
});

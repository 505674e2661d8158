import { Duplex } from "node:stream";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CopyEnd } from "../../src/data-connection/copy.ts";
import { joinedPair } from "../../src/data-connection/joined-pair.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import { StreamConnection } from "../../src/platform/stream-connection.ts";
import { isSallyportError } from "../../src/protocol/error.ts";
import { never } from "../../src/testing/network/bench.ts";
import {
  collect,
  ending,
  mebibyte,
  pour,
  randomPayload,
  readExactly,
  roundTrips,
  send,
  sendAll,
} from "../../src/testing/network/traffic.ts";
import { watchResources } from "../support/resources.ts";
import { copyOf } from "./copy-of.ts";
import { bench, type Ends, kinds, makeEnds } from "./pairs.ts";

watchResources();
beforeAll(() => bench.prepare());
afterEach(() => bench.clear());
afterAll(() => bench.close());

describe.each(kinds)("copying between %s", (kind) => {
  /** `from.far` sends, we copy from `from.near` to `to.near`, `to.far` receives. */
  const course = async (): Promise<{ from: Ends; to: Ends }> => ({
    from: await makeEnds(kind),
    to: await makeEnds(kind),
  });
  const copy = (
    { from, to }: { from: Ends; to: Ends },
    signal: AbortSignal = never,
    isLast = false,
  ): Promise<CopyEnd> => copyOf(from.near, to.near, { signal, isLast });

  it.each([
    ["0 bytes", 0],
    ["1 byte", 1],
    ["3 MiB", 3 * mebibyte],
  ])("carries %s and leaves the end-of-file to the caller", async (_name, size) => {
    const { from, to } = await course();
    const payload = randomPayload(size);
    const copied = copy({ from, to });
    const received = collect(to.far.stream);
    await sendAll(from.far.stream, payload);
    expect(await copied).toEqual({ bytes: size, end: "eof" });
    expect(to.near.stream.writableEnded).toBe(false);
    expect(to.near.stream.writableLength).toBe(0);
    to.near.stream.end();
    expect((await received).equals(payload)).toBe(true);
  });

  it("carries 100 MiB", async () => {
    const { from, to } = await course();
    const chunk = randomPayload(mebibyte);
    const copied = copy({ from, to });
    let received = 0;
    to.far.stream.on("data", (bytes: Buffer) => {
      received += bytes.length;
    });
    for (let count = 0; count < 100; count += 1) await send(from.far.stream, chunk);
    from.far.stream.end();
    expect(await copied).toEqual({ bytes: 100 * mebibyte, end: "eof" });
    to.near.stream.end();
    await ending(to.far.stream);
    expect(received).toBe(100 * mebibyte);
  });

  it("tells its progress while it runs", async () => {
    const { from, to } = await course();
    const progress = { bytes: 0 };
    const copied = copyOf(from.near, to.near, { progress });
    await Promise.all([send(from.far.stream, "12345"), readExactly(to.far.stream, 5)]);
    expect(progress.bytes).toBe(5);
    from.far.stream.end();
    await copied;
  });

  it("takes a source that was sent and ended before the copy began", async () => {
    const { from, to } = await course();
    await sendAll(from.far.stream, "early");
    const [end, text] = await Promise.all([copy({ from, to }), readExactly(to.far.stream, 5)]);
    expect(end).toEqual({ bytes: 5, end: "eof" });
    expect(String(text)).toBe("early");
  });

  it("ends only when the sink's network took every byte", async () => {
    const { from, to } = await course();
    let done = false;
    const copied = copy({ from, to }).finally(() => {
      done = true;
    });
    const poured = pour(from.far.stream, 64 * mebibyte).then(() => from.far.stream.end());
    const beside = await makeEnds("real sockets");
    await roundTrips(beside.near, beside.far, 200);
    expect(done).toBe(false);
    const seen = ending(to.far.stream);
    expect(await copied).toEqual({ bytes: 64 * mebibyte, end: "eof" });
    await poured;
    to.near.stream.end();
    expect(await seen).toBe("end");
  });

  it("holds the source back while the sink is slow, and buffers little", async () => {
    const { from, to } = await course();
    const copied = copy({ from, to });
    void pour(from.far.stream, 128 * mebibyte).catch(() => {});
    const beside = await makeEnds("real sockets");
    await roundTrips(beside.near, beside.far, 200);
    expect(to.near.stream.writableLength).toBeLessThan(mebibyte);
    expect(from.near.stream.readableLength).toBeLessThan(mebibyte);
    to.near.reset();
    expect(await copied).toMatchObject({ end: "broken", side: "sink" });
  });

  it("the last copy from a source carries it whole, also to a sink that reads late", async () => {
    const { from, to } = await course();
    const payload = randomPayload(24 * mebibyte);
    const copied = copy({ from, to }, never, true);
    const sent = sendAll(from.far.stream, payload);
    const beside = await makeEnds("real sockets");
    await roundTrips(beside.near, beside.far, 50);
    const received = collect(to.far.stream);
    await sent;
    expect(await copied).toEqual({ bytes: payload.length, end: "eof" });
    to.near.stream.end();
    expect((await received).equals(payload)).toBe(true);
  });

  it("a source that breaks in the middle is no end-of-file", async () => {
    const { from, to } = await course();
    const copied = copy({ from, to });
    await Promise.all([send(from.far.stream, "half a file"), readExactly(to.far.stream, 11)]);
    from.far.reset();
    expect(await copied).toMatchObject({ bytes: 11, end: "broken", side: "source", error: { code: "NET_RESET" } });
    expect(to.near.stream.destroyed).toBe(false);
  });

  it("a source that breaks with bytes on the way is no end-of-file", async () => {
    const { from, to } = await course();
    from.far.stream.write(Buffer.alloc(200_000));
    const copied = copy({ from, to });
    await readExactly(to.far.stream, 1);
    from.far.reset();
    to.far.stream.resume();
    expect(await copied).toMatchObject({ end: "broken", side: "source", error: { code: "NET_RESET" } });
  });

  it("a sink that breaks while the source is idle is noticed", async () => {
    const { from, to } = await course();
    const copied = copy({ from, to });
    await Promise.all([send(from.far.stream, "first"), readExactly(to.far.stream, 5)]);
    to.far.reset();
    expect(await copied).toMatchObject({ bytes: 5, end: "broken", side: "sink", error: { code: "NET_RESET" } });
    expect(from.near.stream.destroyed).toBe(false);
  });

  it("a sink that breaks while it is written to is noticed", async () => {
    const { from, to } = await course();
    const copied = copy({ from, to });
    void pour(from.far.stream, 64 * mebibyte).catch(() => {});
    await readExactly(to.far.stream, 1);
    to.far.reset();
    const end = await copied;
    expect(end).toMatchObject({ end: "broken", side: "sink" });
    expect(end.end === "broken" && isSallyportError(end.error)).toBe(true);
  });

  it("a side that we aborted ourselves is told as closed here", async () => {
    const first = await course();
    const copied = copy(first);
    first.from.near.reset();
    expect(await copied).toMatchObject({ end: "broken", side: "source", error: { code: "CLOSED" } });
    const second = await course();
    second.to.near.reset();
    await second.to.near.closed;
    expect(await copy(second)).toMatchObject({ bytes: 0, end: "broken", side: "sink", error: { code: "CLOSED" } });
  });

  it("a sink that is aborted with its last bytes waiting is no end-of-file", async () => {
    const { from, to } = await course();
    // Fill everything between us and a receiver that does not read, so that what we copy has to wait.
    const chunk = Buffer.alloc(65_536);
    const beside = await makeEnds("real sockets");
    while (to.near.stream.writableLength === 0) {
      to.near.stream.write(chunk);
      await roundTrips(beside.near, beside.far, 1);
    }
    const copied = copy({ from, to });
    await sendAll(from.far.stream, "last bytes");
    await roundTrips(beside.near, beside.far, 10);
    expect(from.near.stream.readableEnded).toBe(true);
    to.near.reset();
    expect(await copied).toMatchObject({ end: "broken", side: "sink" });
  });

  it("an abort ends the copy and leaves both connections usable", async () => {
    const { from, to } = await course();
    const controller = new AbortController();
    const copied = copy({ from, to }, controller.signal);
    await Promise.all([send(from.far.stream, "first"), readExactly(to.far.stream, 5)]);
    controller.abort(new Error("ABOR"));
    expect(await copied).toEqual({ bytes: 5, end: "aborted" });
    await sendAll(from.far.stream, "the rest is not lost");
    expect(String(await collect(from.near.stream))).toBe("the rest is not lost");
    await Promise.all([send(to.near.stream, "!"), readExactly(to.far.stream, 1)]);
  });

  it("a copy that is stopped at once copies nothing", async () => {
    const ends = await course();
    expect(await copy(ends, AbortSignal.abort())).toEqual({ bytes: 0, end: "aborted" });
  });

  it("an end-of-file from the sink means nothing", async () => {
    const { from, to } = await course();
    const copied = copy({ from, to });
    await sendAll(to.far.stream, "");
    await Promise.all([send(from.far.stream, "still going"), readExactly(to.far.stream, 11)]);
    from.far.stream.end();
    expect(await copied).toEqual({ bytes: 11, end: "eof" });
  });

  it("a sink whose end-of-file comes behind stray bytes closes by itself when we end too", async () => {
    const { from, to } = await course();
    await sendAll(to.far.stream, "stray");
    await sendAll(from.far.stream, "data");
    expect(await copy({ from, to })).toEqual({ bytes: 4, end: "eof" });
    const received = collect(to.far.stream);
    to.near.stream.end();
    expect(String(await received)).toBe("data");
    expect(await to.near.closed).toMatchObject({ how: "fin" });
  });

  it("stray bytes from the sink are thrown away, and many of them are held back", async () => {
    const { from, to } = await course();
    const copied = copy({ from, to });
    let strayTaken = false;
    const poured = pour(to.far.stream, 160 * mebibyte);
    poured.then(
      () => {
        strayTaken = true;
      },
      () => {},
    );
    const beside = await makeEnds("real sockets");
    await roundTrips(beside.near, beside.far, 200);
    expect(strayTaken).toBe(false);
    expect(to.near.stream.readableLength).toBeLessThan(mebibyte);
    await Promise.all([sendAll(from.far.stream, "data"), readExactly(to.far.stream, 4)]);
    expect(await copied).toEqual({ bytes: 4, end: "eof" });
  });

  it("leaves none of its own listeners on a source", async () => {
    const { from, to } = await course();
    const before = from.near.stream.eventNames().map((name) => [name, from.near.stream.listenerCount(name)]);
    const controller = new AbortController();
    const copied = copy({ from, to }, controller.signal);
    controller.abort();
    await copied;
    const after = from.near.stream.eventNames().map((name) => [name, from.near.stream.listenerCount(name)]);
    expect(after).toEqual(before);
  });
});

describe("copying to a stream that tells writes as done when it is destroyed, as node:net does", () => {
  it("does not take them for done", async () => {
    let pending: (() => void) | undefined;
    const sink = new Duplex({
      read() {},
      write(_chunk, _encoding, done) {
        pending = () => done(null);
      },
      destroy(_error, done) {
        pending?.();
        setImmediate(done, null);
      },
    });
    const end = { host: "", port: 0 };
    const breakOff = (): void => void sink.destroy();
    const to = new StreamConnection({ stream: sink, local: end, remote: end, clock: systemClock, breakOff });
    const [source, from] = joinedPair("source", "gateway");
    const copied = copyOf(from, to);
    const ended = new Promise((resolve) => from.stream.once("end", resolve));
    await Promise.all([sendAll(source.stream, "last bytes"), ended]);
    to.reset();
    expect(await copied).toMatchObject({ end: "broken", side: "sink" });
    from.reset();
    await source.closed;
  });
});

describe("copying from a source that brings several pieces in one turn of the event loop", () => {
  it("writes them in one call", async () => {
    const calls: string[][] = [];
    const sink = new Duplex({
      read() {},
      writev(chunks, done) {
        calls.push(chunks.map(({ chunk }) => String(chunk)));
        done();
      },
    });
    const source = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const end = { host: "", port: 0 };
    const [from, to] = [source, sink].map(
      (stream) =>
        new StreamConnection({ stream, local: end, remote: end, clock: systemClock, breakOff: () => stream.destroy() }),
    );
    if (from === undefined || to === undefined) throw new Error("there are two");
    const copied = copyOf(from, to);
    await new Promise((resolve) => setImmediate(resolve)); // it flows
    for (const piece of ["a", "b", "c"]) source.push(piece);
    source.push(null);
    expect(await copied).toEqual({ bytes: 3, end: "eof" });
    expect(calls).toEqual([["a", "b", "c"]]);
    from.reset();
    to.reset();
  });
});

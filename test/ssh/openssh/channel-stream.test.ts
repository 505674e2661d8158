// What sshd never does, or does only sometimes, played by a channel that does as it is told.
import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import type { ChannelHandle } from "../../../src/ssh/openssh/channel-owner.ts";
import { ChannelStream } from "../../../src/ssh/openssh/channel-stream.ts";
import type { Source, Upstream } from "../../../src/ssh/openssh/upstream.ts";
import { collect, ending } from "../../../src/testing/network/traffic.ts";

/** A stream with its channel; `log` is what it did with it. `flush` plays the socket that takes what is queued. */
function makeStream(): { stream: ChannelStream; log: string[]; consumed: () => number; flush: () => string } {
  const log: string[] = [];
  let consumed = 0;
  const handle: ChannelHandle = {
    number: 5,
    target: "ftp-host:21",
    consume: (bytes) => {
      consumed += bytes;
    },
    endOfFile: () => log.push("eof"),
    request: () => {},
    notify: () => {},
    close: () => log.push("close"),
  };
  const sources = new Set<Source>();
  const upstream = { add: (source: Source) => sources.add(source), remove: (source: Source) => sources.delete(source) };
  const stream = new ChannelStream(handle, upstream as unknown as Upstream);
  const flush = (): string => {
    let text = "";
    for (const source of sources) {
      text += Buffer.from(source.takeQueued(source.queuedBytes)).toString();
      source.sent();
    }
    sources.clear();
    return text;
  };
  return { stream, log, consumed: () => consumed, flush };
}

const bytes = (count: number): Uint8Array => new Uint8Array(count).fill(97);
const data = (count: number) => ({ type: "data", channel: 5, bytes: bytes(count) }) as const;
const eof = { type: "eof", channel: 5 } as const;
const closed = (input: "closed" | "broken", output: "closed" | "broken") =>
  ({ type: "closed", channel: 5, input, output, byUs: false }) as const;

describe("a channel as a stream", () => {
  it("breaks with NET_RESET at a CLOSE without end-of-file, and what came before is not taken for complete", async () => {
    const { stream } = makeStream();
    stream.receive(data(10));
    const seen = ending(stream);
    const broken = new Promise((resolve) => stream.once("error", resolve));
    stream.receive(closed("broken", "broken"));
    expect(await seen).toBe("broken");
    expect(await broken).toMatchObject({ code: "NET_RESET", message: expect.stringContaining("ftp-host:21") });
  });

  it("takes no more than its buffer while nobody reads, and gives back window as it is read", async () => {
    const { stream, consumed } = makeStream();
    for (let count = 0; count < 64; count += 1) stream.receive(data(32_768));
    expect(stream.readableLength).toBeLessThanOrEqual(limits.streamBufferBytes + 32_768);
    expect(consumed()).toBe(stream.readableLength);
    stream.receive(eof);
    expect((await collect(stream)).length).toBe(64 * 32_768);
    expect(consumed()).toBe(64 * 32_768);
  });

  it("reads the tail to its end when the server closes while we still write, and breaks only then", async () => {
    const { stream } = makeStream();
    const told = new Promise<unknown>((resolve) => stream.write("NOOP\r\n", resolve));
    stream.receive(data(300_000));
    stream.receive(eof);
    stream.receive(closed("closed", "broken"));
    const broken = new Promise((resolve) => stream.once("error", resolve));
    expect((await collect(stream)).length).toBe(300_000);
    expect(await broken).toMatchObject({ code: "NET_RESET" });
    expect(await told).toMatchObject({ code: "NET_RESET" });
  });

  it("tells a write as done when the socket has taken it, and not before", async () => {
    const { stream, flush } = makeStream();
    let isDone = false;
    stream.write("STOR x\r\n", () => {
      isDone = true;
    });
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    expect(flush()).toBe("STOR x\r\n");
    await new Promise(setImmediate);
    expect(isDone).toBe(true);
  });

  it("sends its end-of-file behind what was written, and closes by itself when both have ended", async () => {
    const { stream, log, flush } = makeStream();
    stream.end("last");
    await new Promise(setImmediate);
    expect(log).toEqual([]);
    flush();
    await new Promise(setImmediate);
    expect(log).toEqual(["eof"]);
    stream.receive(eof);
    stream.resume();
    await new Promise((resolve) => stream.once("close", resolve));
    expect(log).toEqual(["eof", "close"]);
  });

  it.each([
    ["destroyed", (stream: ChannelStream) => stream.destroy(), "CLOSED"],
    ["written to after its end", (stream: ChannelStream) => stream.end().write("x"), "CLOSED"],
    ["destroyed with a foreign error", (stream: ChannelStream) => stream.destroy(new Error("foreign")), "INTERNAL"],
  ])("fails a waiting write with a SallyportError when it is %s", async (_how, act, code) => {
    const { stream } = makeStream();
    stream.on("error", () => {});
    const told = new Promise((resolve) => stream.write("x", resolve));
    act(stream);
    expect(await told).toMatchObject({ name: "SallyportError", code });
  });
});

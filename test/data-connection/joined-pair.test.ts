import { describe, expect, it } from "vitest";
import { joinedPair } from "../../src/data-connection/joined-pair.ts";
import { collect, ending, mebibyte, randomPayload, readExactly, sendAll } from "../../src/testing/network/traffic.ts";
import { watchResources } from "../support/resources.ts";

watchResources();

describe("a joined pair", () => {
  it("tells both ends by their names", () => {
    const [first, second] = joinedPair("session 1", "session 2");
    expect([first.local.host, first.remote.host]).toEqual(["session 1", "session 2"]);
    expect([second.local.host, second.remote.host]).toEqual(["session 2", "session 1"]);
  });

  it("carries bytes both ways, unharmed", async () => {
    const [first, second] = joinedPair("a", "b");
    const payload = randomPayload(3 * mebibyte);
    const [atSecond, atFirst] = await Promise.all([
      collect(second.stream),
      collect(first.stream),
      sendAll(first.stream, payload),
      sendAll(second.stream, "short"),
    ]);
    expect(atSecond.equals(payload)).toBe(true);
    expect(String(atFirst)).toBe("short");
  });

  it.each([0, 1])("keeps the tail when side %i ends first", async (index) => {
    const pair = joinedPair("a", "b");
    const [early, late] = index === 0 ? pair : [pair[1], pair[0]];
    await sendAll(early.stream, "question");
    expect(String(await collect(late.stream))).toBe("question");
    const rest = randomPayload(mebibyte);
    const [received] = await Promise.all([collect(early.stream), sendAll(late.stream, rest)]);
    expect(received.equals(rest)).toBe(true);
    expect(await early.closed).toEqual({ by: "local", how: "fin" });
    expect(await late.closed).toEqual({ by: "remote", how: "fin" });
  });

  it("a writer waits for the reader, with little in between", async () => {
    const [first, second] = joinedPair("a", "b");
    const chunk = Buffer.alloc(65_536);
    let written = 0;
    while (first.stream.write(chunk)) written += chunk.length;
    expect(written).toBeLessThan(mebibyte);
    expect(second.stream.readableLength).toBeLessThan(mebibyte);
    const drained = new Promise((resolve) => first.stream.once("drain", resolve));
    second.stream.resume();
    await drained;
    first.reset();
    await second.closed;
  });

  it("a reset of one is NET_RESET at the other, unread bytes or not", async () => {
    const [first, second] = joinedPair("a", "b");
    await sendAll(first.stream, "unread");
    first.reset();
    expect(await ending(second.stream)).toBe("broken");
    expect(await first.closed).toMatchObject({ by: "local", how: "reset" });
    expect(await second.closed).toMatchObject({ by: "remote", how: "reset", error: { code: "NET_RESET" } });
  });

  it("a reset wakes a writer that waits", async () => {
    const [first, second] = joinedPair("a", "b");
    const failed = new Promise((resolve) => first.stream.write(Buffer.alloc(mebibyte), resolve));
    second.reset();
    expect(await failed).toMatchObject({ code: "NET_RESET" });
  });

  it("disposal sends what was written, then ends", async () => {
    const [first, second] = joinedPair("a", "b");
    first.stream.write("last words");
    const received = collect(second.stream).finally(() => second.stream.end());
    await first[Symbol.asyncDispose]();
    expect(String(await received)).toBe("last words");
    expect(await first.closed).toEqual({ by: "local", how: "fin" });
    await first[Symbol.asyncDispose]();
  });

  it("the tail survives an end that gave up waiting for the other one's end", async () => {
    const [first, second] = joinedPair("a", "b");
    await sendAll(first.stream, "whole file");
    first.stream.destroy();
    expect(String(await readExactly(second.stream, 10))).toBe("whole file");
    expect(await ending(second.stream)).toBe("end");
    const failed = new Promise((resolve) => second.stream.write("too late", resolve));
    expect(await failed).toMatchObject({ code: "NET_RESET" });
  });
});

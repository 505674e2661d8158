// FTP marks the end of a file by closing, so each direction ends on its own and keeps its tail.
import { describe, expect, it } from "vitest";
import { type Bench, directions } from "./bench.ts";
import { collect, mebibyte, randomPayload, sendAll } from "./traffic.ts";

export function describeHalfClose(bench: Bench): void {
  describe.each(directions)("half-close of an %s connection", (direction) => {
    it("the peer ends first and still receives the rest", async () => {
      const { near, far } = await bench.pair(direction);
      const rest = randomPayload(3 * mebibyte);
      const atFar = collect(far.stream);
      await sendAll(far.stream, "RETR\r\n");
      expect((await collect(near.stream)).toString()).toBe("RETR\r\n");
      await sendAll(near.stream, rest);
      expect((await atFar).equals(rest)).toBe(true);
      expect(await near.closed).toMatchObject({ by: "remote", how: "fin" });
      expect(await far.closed).toMatchObject({ by: "local", how: "fin" });
    });

    it("we end first and still receive the rest", async () => {
      const { near, far } = await bench.pair(direction);
      const rest = randomPayload(3 * mebibyte);
      const atNear = collect(near.stream);
      await sendAll(near.stream, "STOR\r\n");
      expect((await collect(far.stream)).toString()).toBe("STOR\r\n");
      await sendAll(far.stream, rest);
      expect((await atNear).equals(rest)).toBe(true);
      expect(await near.closed).toMatchObject({ by: "local", how: "fin" });
      expect(await far.closed).toMatchObject({ by: "remote", how: "fin" });
    });

    it("the tail is kept when the reader comes late", async () => {
      const { near, far } = await bench.pair(direction);
      const tail = randomPayload(100_000);
      await sendAll(far.stream, tail);
      await sendAll(near.stream, tail);
      expect((await collect(near.stream)).equals(tail)).toBe(true);
      expect((await collect(far.stream)).equals(tail)).toBe(true);
    });

    it("end-of-file is seen exactly once", async () => {
      const { near, far } = await bench.pair(direction);
      let ends = 0;
      near.stream.on("end", () => {
        ends += 1;
      });
      const atNear = collect(near.stream);
      await sendAll(far.stream, "x");
      await atNear;
      await Promise.all([collect(far.stream), sendAll(near.stream, "y")]);
      await near.closed;
      expect(ends).toBe(1);
    });

    it("a stream that ended cleanly emits no error", async () => {
      const { near, far } = await bench.pair(direction);
      const errors: unknown[] = [];
      near.stream.on("error", (error) => errors.push(error));
      await Promise.all([
        collect(near.stream),
        collect(far.stream),
        sendAll(near.stream, "y"),
        sendAll(far.stream, "x"),
      ]);
      await near.closed;
      expect(errors).toEqual([]);
    });
  });
}

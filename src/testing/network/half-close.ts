// FTP marks the end of a file by closing, so each direction ends on its own and keeps its tail.
import { deepEqual, equal } from "node:assert/strict";
import { matches } from "../assertions.ts";
import type { Facts } from "../facts.ts";
import { type Bench, directions } from "./bench.ts";
import { collect, mebibyte, randomPayload, sendAll } from "./traffic.ts";

export function halfCloseFacts({ describe, test }: Facts, bench: Bench): void {
  for (const direction of directions) {
    describe(`half-close of an ${direction} connection`, () => {
      test("the peer ends first and still receives the rest", async () => {
        const { near, far } = await bench.pair(direction);
        const rest = randomPayload(3 * mebibyte);
        const atFar = collect(far.stream);
        await sendAll(far.stream, "RETR\r\n");
        equal((await collect(near.stream)).toString(), "RETR\r\n");
        await sendAll(near.stream, rest);
        equal((await atFar).equals(rest), true);
        matches(await near.closed, { by: "remote", how: "fin" });
        matches(await far.closed, { by: "local", how: "fin" });
      });

      test("we end first and still receive the rest", async () => {
        const { near, far } = await bench.pair(direction);
        const rest = randomPayload(3 * mebibyte);
        const atNear = collect(near.stream);
        await sendAll(near.stream, "STOR\r\n");
        equal((await collect(far.stream)).toString(), "STOR\r\n");
        await sendAll(far.stream, rest);
        equal((await atNear).equals(rest), true);
        matches(await near.closed, { by: "local", how: "fin" });
        matches(await far.closed, { by: "remote", how: "fin" });
      });

      test("the tail is kept when the reader comes late", async () => {
        const { near, far } = await bench.pair(direction);
        const tail = randomPayload(100_000);
        await sendAll(far.stream, tail);
        await sendAll(near.stream, tail);
        equal((await collect(near.stream)).equals(tail), true);
        equal((await collect(far.stream)).equals(tail), true);
      });

      test("end-of-file is seen exactly once", async () => {
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
        equal(ends, 1);
      });

      test("a stream that ended cleanly emits no error", async () => {
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
        deepEqual(errors, []);
      });
    });
  }
}

// How long a file that was opened with its SIZE stays open.
import { expect, test } from "vitest";
import { MemoryFileSystem } from "../../src/index.ts";
import { limits } from "../../src/protocol/limits.ts";
import { Ahead } from "../../src/server/ahead.ts";
import { FakeClock } from "../support/fake-clock.ts";

const signal = new AbortController().signal;

test("serverAheadMs: what no RETR has taken by then is closed", async () => {
  const clock = new FakeClock();
  const work: Promise<unknown>[] = [];
  const ahead = new Ahead(clock, (each) => work.push(each));
  let open = 0;
  const openAhead = async () => {
    open += 1;
    const dispose = async (): Promise<void> => {
      open -= 1;
    };
    return { take: async () => undefined, [Symbol.asyncDispose]: dispose };
  };
  const files = Object.assign(new MemoryFileSystem({ now: () => 0 }), { openAhead });
  ahead.sized(files, "/a", signal);
  expect(await ahead.take("/a", 0, signal)).toBeUndefined();
  expect(open).toBe(0);
  ahead.sized(files, "/b", signal);
  expect(open).toBe(1);
  clock.advance(limits.serverAheadMs - 1);
  expect(work).toHaveLength(0);
  clock.advance(1);
  await Promise.all(work);
  expect(open).toBe(0);
});

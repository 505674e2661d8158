// `-j auto`: when another worker comes, by a clock that the test moves.
import { expect, test } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { WorkerGrowth } from "../../src/transfer/worker-growth.ts";
import { FakeClock } from "../support/fake-clock.ts";

function growing(waiting: number): {
  clock: FakeClock;
  asked: number[];
  growth: WorkerGrowth;
  work: (count: number, eachMs: number) => void;
  join: (count: number, afterMs: number) => void;
  left: { waiting: number };
} {
  const clock = new FakeClock();
  const asked: number[] = [];
  const left = { waiting };
  const growth = new WorkerGrowth({ clock, waiting: () => left.waiting, add: (count) => asked.push(count) });
  return {
    clock,
    asked,
    growth,
    left,
    work: (count, eachMs) => {
      for (let at = 0; at < count; at += 1) {
        clock.advance(eachMs);
        left.waiting -= 1;
        growth.finished();
      }
    },
    join: (count, afterMs) => {
      clock.advance(afterMs);
      for (let at = 0; at < count; at += 1) growth.joined();
    },
  };
}

test("as long as each of them makes it faster there are 1, 2 and 4, and no more", () => {
  const { asked, work, join } = growing(200);
  work(2, 100);
  expect(asked).toEqual([1]);
  join(1, 300);
  work(4, 50);
  expect(asked).toEqual([1, 2]);
  join(2, 300);
  work(100, 25);
  expect(asked).toEqual([1, 2]);
});

test("one that made nothing faster is the last one", () => {
  const { asked, work, join } = growing(200);
  work(2, 100);
  join(1, 300);
  work(150, 100);
  expect(asked).toEqual([1]);
});

test("after a refusal none is asked for again", () => {
  const { asked, work, growth } = growing(200);
  work(2, 100);
  growth.refused();
  work(150, 50);
  expect(asked).toEqual([1]);
});

test.each([
  ["few files that are soon over", 10, 1],
  ["what is over before a session would be open", 12, 20],
])("none comes for %s", (_what, count, eachMs) => {
  const { asked, work } = growing(count);
  work(count, eachMs);
  expect(asked).toEqual([]);
});

test("a single large file needs no other one", () => {
  const { asked, growth, clock } = growing(0);
  growth.moved(1_000_000);
  clock.advance(60_000);
  expect(asked).toEqual([]);
});

test("while a large file is on its way, the files behind it get one; where it moved no more bytes, no second one", () => {
  const { asked, growth, clock, join } = growing(10);
  const move = (seconds: number, bytesEach: number): void => {
    for (let second = 0; second < seconds; second += 1) {
      growth.moved(bytesEach);
      clock.advance(limits.clientGrowthLongMs);
    }
  };
  move(1, 10_000_000);
  expect(asked).toEqual([1]);
  join(1, 300);
  move(20, 10_000_000);
  expect(asked).toEqual([1]);
});

test("what came before one joins is not counted for it", () => {
  const { asked, work, join } = growing(1000);
  work(2, 100);
  work(50, 10); // while the second one is opened
  join(1, 0);
  work(2, 100);
  expect(asked).toEqual([1]);
});

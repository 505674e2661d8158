// `-j auto`: when other workers come and go, by a clock that the test moves.
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

const leaving = (growth: WorkerGrowth): number => {
  let count = 0;
  while (growth.leaves()) count += 1;
  return count;
};

test("when one task has shown that many will take long, all come that there may be, and no more", () => {
  const { asked, work, join, growth } = growing(200);
  work(1, 100);
  expect(asked).toEqual([3]);
  work(3, 100);
  join(3, 0);
  work(100, 25);
  expect([asked, leaving(growth)]).toEqual([[3], 0]);
});

test("there are no more than files that wait", () => {
  const { asked, growth, clock } = growing(2);
  growth.moved(10_000_000);
  clock.advance(limits.clientGrowthLongMs);
  expect(asked).toEqual([2]);
});

test("what passes before there is a session is not counted", () => {
  const { asked, work, growth, clock } = growing(13);
  clock.advance(3000); // for the password
  growth.opened();
  work(1, 100);
  expect(asked).toEqual([3]);
});

test("those that made nothing faster than one was alone go, but for one, and none comes again", () => {
  const { asked, work, join, growth } = growing(200);
  work(1, 300);
  work(6, 50);
  join(1, 0);
  work(20, 25); // with the first of them
  join(2, 0);
  work(19, 50);
  expect(leaving(growth)).toBe(0);
  work(1, 50);
  expect(leaving(growth)).toBe(3);
  work(50, 100);
  expect([asked, leaving(growth)]).toEqual([[3], 0]);
});

test("a slow moment sends nobody away", () => {
  const { work, join, growth } = growing(200);
  work(1, 300);
  work(3, 100);
  join(3, 0);
  work(4, 200);
  work(50, 25);
  expect(leaving(growth)).toBe(0);
});

test("after a refusal none is asked for again", () => {
  const { asked, work, growth } = growing(200);
  work(2, 100);
  growth.refused();
  work(150, 50);
  expect(asked).toEqual([3]);
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

test("while a large file is on its way, the files behind it get others; where no more bytes moved then, they go", () => {
  const { asked, growth, clock, join } = growing(10);
  const move = (seconds: number, bytesEach: number): void => {
    for (let second = 0; second < seconds; second += 1) {
      growth.moved(bytesEach);
      clock.advance(limits.clientGrowthLongMs);
    }
  };
  move(1, 10_000_000);
  expect(asked).toEqual([3]);
  join(3, 300);
  move(20, 10_000_000);
  expect([asked, leaving(growth)]).toEqual([[3], 3]);
});

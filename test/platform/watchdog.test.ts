import { expect, test } from "vitest";
import type { Clock } from "../../src/platform/clock.ts";
import { Watchdog } from "../../src/platform/watchdog.ts";
import { FakeClock } from "../support/fake-clock.ts";

function watched(): { clock: FakeClock; timers: () => number; dog: Watchdog; expired: () => number } {
  const clock = new FakeClock();
  let [timers, expired] = [0, 0];
  const counting: Clock = {
    nowMs: () => clock.nowMs(),
    after: (delayMs, callback) => {
      timers += 1;
      return clock.after(delayMs, callback);
    },
  };
  const dog = new Watchdog(counting, 1000, () => {
    expired += 1;
  });
  return { clock, timers: () => timers, dog, expired: () => expired };
}

test("it expires once, so long after the last sign of life and no sooner, with one timer for many of them", () => {
  const { clock, timers, dog, expired } = watched();
  for (let at = 0; at < 9; at += 1) {
    dog.restart();
    clock.advance(100);
  }
  expect(timers()).toBe(1);
  clock.advance(899);
  expect(expired()).toBe(0);
  clock.advance(1);
  expect(expired()).toBe(1);
  clock.advance(10_000);
  expect([expired(), timers()]).toEqual([1, 2]);
});

test("while it is paused no time passes, and behind the end nothing is left of it", () => {
  const { clock, dog, expired } = watched();
  dog.restart();
  dog.pause();
  clock.advance(5000);
  dog.restart();
  clock.advance(999);
  expect(expired()).toBe(0);
  clock.advance(1);
  expect(expired()).toBe(1);
  dog.restart();
  dog.end();
  clock.advance(5000);
  expect(expired()).toBe(1);
});

test("what is started while time is passing puts nothing off", () => {
  const { clock, dog, expired } = watched();
  dog.start();
  clock.advance(999);
  dog.start();
  clock.advance(1);
  expect(expired()).toBe(1);
  dog.start();
  clock.advance(1000);
  expect(expired()).toBe(2);
});

import { expect, test } from "vitest";
import { Progress } from "../../src/text/progress.ts";

/** What is drawn last; each look at the clock is a second later. */
function drawn(columns = 100) {
  let now = 0;
  let last = "";
  const progress = new Progress({
    columns,
    nowMs: () => {
      now += 1000;
      return now;
    },
    write: (text) => {
      last = text.replace(/^\r\x1b\[K/, "");
    },
  });
  return { progress, last: () => last };
}

test("a file of a tree is shown as one of all that are known, and the share is that of the tree", () => {
  const { progress, last } = drawn();
  progress.expect(3, 400);
  {
    using first = progress.begin("a");
    first.update(100, 100);
    expect(last()).toMatch(/^ 25% 1\/3 a \[/);
  }
  progress.expect(1, 100);
  using second = progress.begin("b");
  second.update(150, 200);
  expect(last()).toMatch(/^ 50% 2\/4 b \[/);
  using third = progress.begin("c");
  third.update(50, 100);
  expect(last()).toMatch(/^ 60% 3\/4 2 files \[/);
});

test("where a size is not told there is no share, and the count goes on", () => {
  const { progress, last } = drawn();
  progress.expect(2, undefined);
  progress.expect(2, 10);
  using gauge = progress.begin("a");
  gauge.update(5, 10);
  expect(last()).toMatch(/^1\/4 a +5 B/);
});

test("one file is shown by itself", () => {
  const { progress, last } = drawn();
  using gauge = progress.begin("a");
  gauge.update(5, 10);
  expect(last()).toMatch(/^ 50% a \[/);
});

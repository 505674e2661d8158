import { expect, test } from "vitest";
import { openProgressView } from "../../src/prompt/progress-view.ts";

function viewed(hash: boolean, columns: number | undefined, updates: readonly (readonly [number, number])[]): string {
  let [shown, now] = ["", 0];
  const write = (text: string): void => {
    shown += text;
  };
  const view = openProgressView({ name: "f", hash, columns, write, nowMs: () => now });
  for (const [ms, bytes] of updates) {
    now = ms;
    view.update({ bytes, size: 1_000_000 });
  }
  view[Symbol.dispose]();
  view[Symbol.dispose]();
  return shown;
}

test("the line is drawn again ten times a second at most, and wiped away at the end", () => {
  const shown = viewed(false, 80, [
    [50, 1000],
    [100, 2000],
    [150, 3000],
    [400, 500_000],
  ]);
  expect(shown.match(/\r\u001b\[K/g)).toHaveLength(3);
  expect(shown).toMatch(/^\r\u001b\[K {2}0% f .*\r\u001b\[K 50% f \[=+ +\].*\r\u001b\[K$/);
});

test("a transfer that is over at once shows nothing, nor does one without a terminal", () => {
  expect(viewed(false, 80, [[20, 1_000_000]])).toBe("");
  expect(viewed(false, undefined, [[500, 1_000_000]])).toBe("");
});

test("with hash there is a # for each 64 KiB that came", () => {
  expect(
    viewed(true, 80, [
      [1, 0],
      [2, 65_536],
      [3, 65_537],
      [4, 4 * 65_536],
    ]),
  ).toBe("####\n");
  expect(
    viewed(true, 80, [
      [1, 10 * 65_536],
      [2, 11 * 65_536],
    ]),
  ).toBe("#\n");
});

// A tree whose listings repeat themselves: honest ones end, loops are ended.
import { expect, test } from "vitest";
import type { ListedEntry } from "../../src/protocol/listing/listed-entry.ts";
import { levelBelow, topLevel } from "../../src/transfer/tree.ts";

const file = (name: string): ListedEntry => ({ name, type: "file", size: 1, modified: undefined });
const directory = (name: string): ListedEntry => ({ name, type: "directory", modified: undefined });

/** Directories that are read before the tree is said to have no end. */
function levelsOf(entries: readonly ListedEntry[]): number {
  let level = topLevel;
  for (let count = 0; count < 20; count += 1) {
    try {
      level = levelBelow(level, "x", entries);
    } catch {
      return count;
    }
  }
  return Number.POSITIVE_INFINITY;
}

test.each<[string, ListedEntry[], number]>([
  ["one directory and a file, as in x/x", [directory("x"), file("f")], 5],
  ["one directory", [directory("x")], 5],
  ["several directories", [directory("x"), directory("y")], 2],
  ["several directories and a file", [directory("x"), directory("y"), file("f")], 1],
])("%s: so many levels may be alike", (_, entries, levels) => {
  expect(levelsOf(entries)).toBe(levels);
});

test("empty directories are no loop", () => {
  expect(levelsOf([])).toBe(Number.POSITIVE_INFINITY);
});

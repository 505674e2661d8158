// A test that is not run everywhere says why: its title, or the title that it is given, has "(skipped …)".
import { expect, test } from "vitest";
import { typescriptBelow } from "./source-files.ts";

const skips = /\b(?:test|it|describe)\.(?:skip|skipIf|runIf|todo)\b/g;

test("every skipped test says why", () => {
  const silent = typescriptBelow("test")
    .filter(({ path }) => !path.startsWith("test/static/"))
    .flatMap(({ path, text }) =>
      Array.from(text.matchAll(skips), ({ index }) => index)
        .filter((index) => !/\(skipped[ :]|\(title,/.test(text.slice(index, index + 250)))
        .map((index) => `${path}:${text.slice(0, index).split("\n").length}`),
    );
  expect(silent).toEqual([]);
});

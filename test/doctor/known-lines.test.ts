import { expect, test } from "vitest";
import { findingRows } from "../../src/protocol/findings/findings.ts";
import { findingOfLine, knownLines } from "../../src/protocol/findings/known-lines.ts";
import { realLines } from "./real-lines.ts";

test.each(realLines)("%s (%s) is %s", (line, _, finding) => {
  expect(findingOfLine(line)).toBe(finding);
});

test("there are more than a hundred of them, and each row of the table has one", () => {
  expect(realLines.length).toBeGreaterThan(100);
  const first = realLines.map(([line]) => knownLines.findIndex(({ pattern }) => pattern.test(line)));
  expect(knownLines.filter((_, index) => !first.includes(index)).map(({ pattern }) => pattern.source)).toEqual([]);
});

test.each(["226 Transfer complete.", "220 Welcome", "150 Here comes the directory listing.", ""])(
  "%s is no error",
  (line) => {
    expect(findingOfLine(line)).toBeUndefined();
  },
);

test("every finding that a line leads to is in the table", () => {
  for (const { finding } of knownLines) if (finding !== "no-path") expect(findingRows).toHaveProperty(finding);
});

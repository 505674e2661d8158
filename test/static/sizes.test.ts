import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { pathsBelow, readSource, type SourceFile, typescriptBelow } from "./source-files.ts";

const README_LINES_MAX = 40;

const linesOf = (file: SourceFile): number => file.text.replace(/\n$/, "").split("\n").length;

/** `path has N lines, at most M` for each file that is too long: two concepts share a room. */
function tooLong(files: readonly SourceFile[], linesMax: number): string[] {
  return files
    .filter((file) => linesOf(file) > linesMax)
    .map((file) => `${file.path} has ${linesOf(file)} lines, at most ${linesMax}`);
}

test.each([
  ["src", 400],
  ["test", 400],
])("no file below %s is longer than %i lines", (folder, linesMax) => {
  expect(tooLong(typescriptBelow(folder), linesMax)).toEqual([]);
});

test("a file of one line more is found", () => {
  const file = (lines: number): SourceFile => ({ path: "src/a.ts", text: "x\n".repeat(lines) });
  expect(tooLong([file(200)], 200)).toEqual([]);
  expect(tooLong([file(201)], 200)).toEqual(["src/a.ts has 201 lines, at most 200"]);
});

describe("every folder of src", () => {
  const paths = pathsBelow("src");
  const folders = new Set(paths.map(posix.dirname).filter((folder) => folder !== "src"));

  test("has a README.md", () => {
    const missing = Array.from(folders, (folder) => `${folder}/README.md`).filter((path) => !paths.includes(path));
    expect(missing).toEqual([]);
  });

  test(`has a README.md of a title and at most ${README_LINES_MAX} lines`, () => {
    const readmes = paths.filter((path) => path.endsWith("/README.md")).map(readSource);
    expect(tooLong(readmes, README_LINES_MAX)).toEqual([]);
    expect(readmes.filter((file) => !file.text.startsWith("# ")).map((file) => file.path)).toEqual([]);
  });
});

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

/** The files that a document names in code type, `name.ts` or `folder/name.ts`. */
const filesNamedIn = ({ text }: SourceFile): string[] =>
  Array.from(text.matchAll(/`(?:src\/)?([\w./-]+\.ts)`/g), ([, name = ""]) => name.replace(/^(?:\.\.?\/)+/, ""));

describe("every folder of src", () => {
  const paths = pathsBelow("src");
  const folders = new Set(paths.map(posix.dirname).filter((folder) => folder !== "src"));

  test("is in the table of the architecture", () => {
    const { text } = readSource("docs/internals/architecture.md");
    const top = new Set(Array.from(folders, (folder) => folder.split("/")[1]));
    expect([...top].filter((folder) => !text.includes(`| \`${folder}/\` |`))).toEqual([]);
  });

  test("has no file named in its README, or in the internals, that does not exist", () => {
    const internals = pathsBelow("docs/internals").map(readSource);
    const readmes = paths.filter((path) => path.endsWith("/README.md")).map(readSource);
    const all = [...paths, ...pathsBelow("test"), ...pathsBelow("bench")];
    const missing = [...internals, ...readmes].flatMap((file) =>
      filesNamedIn(file)
        .filter((name) => !all.some((path) => `/${path}`.endsWith(`/${name}`)))
        .map((name) => `${file.path} names ${name}`),
    );
    expect(missing).toEqual([]);
  });

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

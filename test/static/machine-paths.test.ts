import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pathsBelow, readSource, root, type SourceFile } from "./source-files.ts";

/** Paths of the machine on which the project was written. Put together here, so that this file has none of them. */
const forbidden: readonly string[] = [
  ["", "work", "main"].join("/"),
  ["", "work", "shared"].join("/"),
  ["", "work", "."].join("/"),
  ["..", "shared", ""].join("/"),
  ["bash", "jobs"].join("_"),
];

const folders = ["src", "test", "docs", "bench", "scripts", "bin", ".ci"];
const topLevel = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "package.json",
  "vitest.config.ts",
  "biome.json",
];

function machinePaths(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    forbidden.filter((path) => file.text.includes(path)).map((path) => `${file.path} mentions ${path}`),
  );
}

test("no file mentions a path of the machine on which it was written", () => {
  const files = [...folders.flatMap(pathsBelow), ...topLevel.filter((path) => existsSync(join(root, path)))];
  expect(files.length).toBeGreaterThan(100);
  expect(machinePaths(files.map(readSource))).toEqual([]);
});

test.each(forbidden)("a file that mentions %s is found", (path) => {
  expect(machinePaths([{ path: "a.md", text: `see ${path}x` }])).toEqual([`a.md mentions ${path}`]);
});

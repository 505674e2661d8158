// A test that no project of vitest.config.ts takes is never run, and nobody notices.
import { expect, test } from "vitest";
import { pathsBelow, readSource } from "./source-files.ts";

test("every folder with tests belongs to a project of vitest.config.ts", () => {
  const { text } = readSource("vitest.config.ts");
  const tests = pathsBelow("test").filter((path) => path.endsWith(".test.ts"));
  const folders = new Set(tests.map((path) => path.split("/")[1] ?? ""));
  const patterns = text.match(/"test\/[^"]+\.test\.ts"/g)?.join("\n") ?? "";
  expect([...folders].filter((folder) => !new RegExp(`[/{,]${folder}[/},]`).test(patterns))).toEqual([]);
});

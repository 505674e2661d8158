// A test that no project of vitest.config.ts takes is never run, and nobody notices.
import { expect, test } from "vitest";
import { pathsBelow, readSource } from "./source-files.ts";

test("every test file belongs to one project of vitest.config.ts", () => {
  const { text } = readSource("vitest.config.ts");
  const [, apart = ""] = /apart = \["test\/\{([\w,-]+)\}\/\*\*"\]/.exec(text) ?? [];
  const excluded = apart.split(",");
  expect(excluded.length).toBeGreaterThan(1);
  // The main project takes every folder but these; each of them has a project of its own.
  expect(text).toContain('"test/**/*.test.ts"');
  for (const folder of excluded) expect(text).toContain(`["test/${folder}/**/*.test.ts"]`);
  expect(pathsBelow("test").filter((path) => path.endsWith(".spec.ts"))).toEqual([]);
});

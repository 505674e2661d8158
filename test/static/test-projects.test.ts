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

test("every project is run by a script, and every such script in CI", () => {
  const projects = [...readSource("vitest.config.ts").text.matchAll(/\bproject\("([\w-]+)"/g)].map(
    ([, name]) => name ?? "",
  );
  expect(projects).toContain("peers");
  const { scripts } = JSON.parse(readSource("package.json").text) as { scripts: Record<string, string> };
  const tests = Object.entries(scripts).filter(([name]) => name === "test" || name.startsWith("test:"));
  const commands = tests.map(([, command]) => command.replaceAll('"', "")).join(" ");
  const run = [...commands.matchAll(/--project ([\w-]+)(\*?)/g)];
  for (const project of projects)
    expect(run.some(([, name = "", star]) => (star ? project.startsWith(name) : project === name))).toBe(true);
  for (const [name] of tests)
    expect(readSource(".ci/run").text).toMatch(name === "test" ? /^npm test$/m : `npm run ${name}`);
});

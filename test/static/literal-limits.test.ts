import { describe, expect, test } from "vitest";
import { limits, limitTables } from "../../src/protocol/limits.ts";
import { literalLimits } from "./literal-limits.ts";
import { typescriptBelow } from "./source-files.ts";

test("every wait and bound of src is in a table of limits", () => {
  expect(literalLimits(typescriptBelow("src"))).toEqual([]);
});

test("no limit is in two tables, and none can be changed", () => {
  const names = Object.values(limitTables).flatMap((table) => Object.keys(table));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(Object.keys(limits)).toEqual(names);
  expect(Object.isFrozen(limits)).toBe(true);
});

test("every limit has its unit at the end of its name", () => {
  const wrong = Object.values(limitTables).flatMap((table) =>
    Object.entries(table)
      .filter(([name, { unit }]) => unit === "ms" && !/Ms(?:Min|Max)?$/.test(name))
      .map(([name]) => name),
  );
  expect(wrong).toEqual([]);
});

describe("a number is found", () => {
  test.each([
    "const patienceMs = 10_000;",
    "const linesMax = 20;",
    "const logBytesMax = 1 << 20;",
    "execFile(program, { timeout: 10_000 });",
    "options.graceMs ?? 10_000;",
    "const graceMsDefault = 5_000;",
    "setTimeout(callback, 500);",
    "setTimeout(() => stop(), 500);",
    "clock.after(50, callback);",
    "await wait(clock, 1_000, signal);",
    "withDeadline(clock, 30_000, signal, reason);",
  ])("%s", (text) => {
    expect(literalLimits([{ path: "src/client/a.ts", text }])).toHaveLength(1);
  });
});

describe("a number is not found", () => {
  test.each([
    ["src/client/a.ts", "clock.after(limits.clientReplyMs, callback);"],
    ["src/client/a.ts", "let waitedMs = 0;"],
    ["src/client/a.ts", "// const patienceMs = 10_000;"],
    ["src/client/a.ts", "clock.after(0, callback);"],
    ["src/protocol/limits/relay-limits.ts", "  greetingMs: 60_000,"],
  ])("%s: %s", (path, text) => {
    expect(literalLimits([{ path, text }])).toEqual([]);
  });
});

import { describe, expect, test } from "vitest";
import { openLookUps } from "./open-tables.ts";
import { typescriptBelow } from "./source-files.ts";

test("no word that comes from elsewhere is looked up in a plain object", () => {
  expect(openLookUps(typescriptBelow("src"))).toEqual([]);
});

describe("the rule", () => {
  test.each([
    ["const table: Readonly<Record<string, number>> = {};\ntable[word];", "src/server/a.ts:2 has table[word]"],
    ["const handlers: HandlerTable = {};\nhandlers[command.verb]?.();", "src/server/a.ts:2 has handlers[command.verb]"],
    ["function f(table: Record<string, 1>) { return table[word]; }", "src/server/a.ts:1 has table[word]"],
    [
      "class A { readonly #rows: Readonly<Record<string, 1>> = {};\n f() { this.#rows[x]; } }",
      "src/server/a.ts:2 has rows[x]",
    ],
    ["const table: Record<string, 1> = {};\nif (word in table) {}", "src/server/a.ts:2 has in table"],
  ])("finds %s", (text, fault) => {
    expect(openLookUps([{ path: "src/server/a.ts", text }])).toEqual([expect.stringContaining(fault)]);
  });

  test("finds a table of another file", () => {
    const table = { path: "src/server/t.ts", text: "export const table: Readonly<Record<string, 1>> = {};" };
    const user = { path: "src/server/u.ts", text: 'import { table } from "./t.ts";\ntable[word];' };
    expect(openLookUps([table, user])).toEqual([expect.stringContaining("src/server/u.ts:2 has table[word]")]);
  });

  test.each([
    'const table: Readonly<Record<string, number>> = {};\ntable["word"];\nownEntry(table, word);',
    "const table: Readonly<Record<Side, number>> = {};\ntable[side];",
    "const table: Readonly<Record<string, number>> = { [messages.open]: 1 };",
  ])("lets pass %s", (text) => {
    expect(openLookUps([{ path: "src/server/a.ts", text }])).toEqual([]);
  });
});

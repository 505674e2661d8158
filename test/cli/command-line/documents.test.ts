import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { commands, helpText } from "../../../src/cli/command-line/commands.ts";
import { flagOf } from "../../../src/cli/command-line/option-table.ts";
import { refusedOptions } from "../../../src/cli/command-line/ssh-options.ts";
import { tunnelOptions } from "../../../src/cli/command-line/tunnel-options.ts";
import { referencePage } from "./reference-page.ts";

const allRows = tunnelOptions.flatMap(({ rows }) => rows);

describe("--help", () => {
  test("is at most 100 columns wide and ends with a newline", () => {
    const lines = helpText().split("\n");
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    expect(lines.at(-1)).toBe("");
  });

  test("names every command", () => {
    const usage = helpText().split("\n\n")[0] ?? "";
    for (const command of commands.keys()) expect(usage).toMatch(new RegExp(`sallyport (?:\\w+\\|)*${command}\\b`));
  });

  test("names every option that is not refused", () => {
    for (const { title, rows } of tunnelOptions) {
      if (title === refusedOptions.title) continue;
      for (const row of rows) expect(helpText()).toMatch(new RegExp(`(?:^|[ ,])${flagOf(row)}(?=[ ,.]|$)`, "m"));
    }
  });

  test("says what programs in TypeScript and in JavaScript need, as the guide does", () => {
    const guide = readFileSync(new URL("../../../docs/guides/library.md", import.meta.url), "utf8");
    for (const name of ["TypeScript 5.2", "es2022", "nodenext", "moduleResolution", "[Symbol.asyncDispose]()"]) {
      expect(helpText()).toContain(name);
      expect(guide).toContain(name);
    }
  });

  test("the column of descriptions is straight", () => {
    const described = tunnelOptions.flatMap(({ rows, hidden }) => (hidden ? [] : rows));
    for (const { help } of described) expect(helpText()).toMatch(new RegExp(`^.{28}${quoteForRegExp(help)}$`, "m"));
  });
});

describe("docs/reference/command-line.md", () => {
  const stale = "the page is not what the source says; write it again with: npx vitest run test/cli/command-line -u";

  test("is what the option table says", async () => {
    const path = fileURLToPath(new URL("../../../docs/reference/command-line.md", import.meta.url));
    await expect(referencePage(), stale).toMatchFileSnapshot(path);
  });

  test("names every option, refused ones too", () => {
    for (const row of allRows) expect(referencePage()).toContain(`| \`${flagOf(row)}`);
  });
});

test("no option is in the table twice, and every switch and value has one line of help", () => {
  const names = allRows.map(flagOf);
  expect(new Set(names).size).toBe(names.length);
  for (const { help } of allRows) expect(help).toMatch(/^[^\n]+[^.\n]$/);
});

function quoteForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

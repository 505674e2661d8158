import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { helpText } from "../../../src/cli/command-line/help-text.ts";
import { optionTable } from "../../../src/cli/command-line/option-table.ts";
import { referencePage } from "./reference-page.ts";

describe("--help", () => {
  test("is at most 100 columns wide and ends with a newline", () => {
    const lines = helpText().split("\n");
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    expect(lines.at(-1)).toBe("");
  });

  test("names every option that is not refused", () => {
    for (const { short, long, group } of optionTable) {
      if (group !== "refused") expect(helpText()).toMatch(new RegExp(`(?:^|[ ,])${long ?? short}(?=[ ,.]|$)`, "m"));
    }
  });

  test("the column of descriptions is straight", () => {
    const described = optionTable.filter(({ group }) => group !== "refused" && group !== "accepted");
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
    for (const { short, long } of optionTable) expect(referencePage()).toContain(`| \`${short ?? long}`);
  });
});

test("no option is in the table twice, and every switch and value has one line of help", () => {
  const names = optionTable.flatMap(({ short, long }) => [short, long]).filter((name) => name !== undefined);
  expect(new Set(names).size).toBe(names.length);
  for (const { help } of optionTable) expect(help).toMatch(/^[^\n]+[^.\n]$/);
});

function quoteForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

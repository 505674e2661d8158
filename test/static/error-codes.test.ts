import { describe, expect, test } from "vitest";
import { readSource, typescriptBelow } from "./source-files.ts";

const definition = readSource("src/protocol/error.ts");
const union = /export type ErrorCode =(.*?);\n/s.exec(definition.text)?.[1] ?? "";
const codes = Array.from(union.matchAll(/"([A-Z_]+)"/g), (match) => match[1] ?? "");

const reference = readSource("docs/reference/errors.md");
const sections = new Map(
  reference.text
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf("\n")).trim(), section]),
);

/** The codes that stand in quotes in none of the texts. */
function unnamed(texts: readonly string[]): string[] {
  return codes.filter((code) => !texts.some((text) => text.includes(`"${code}"`)));
}

/** To ask an error for its code is not to produce one. */
const withoutComparisons = (text: string): string => text.replace(/[!=]==\s*"[A-Z_]+"/g, "");

describe("the error codes", () => {
  test("are read from the union", () => {
    expect(codes.length).toBeGreaterThan(25);
    expect(codes).toContain("FTP_PROTOCOL_REMOTE");
    expect(codes).toContain("INTERNAL");
  });

  test("have a heading each in docs/reference/errors.md", () => {
    expect(codes.filter((code) => !sections.has(code))).toEqual([]);
  });

  test("are all that docs/reference/errors.md has headings for, in the same order", () => {
    expect(Array.from(sections.keys())).toEqual(codes);
  });

  test("are explained with causes and a hint", () => {
    for (const [code, section] of sections) {
      expect(section, `${code} has no causes`).toMatch(/^\*\*Causes?:\*\* \S/m);
      expect(section, `${code} has no hint`).toMatch(/^\*\*Hint:\*\* \S/m);
    }
  });

  test("are each produced somewhere in src", () => {
    const producers = typescriptBelow("src").filter(
      (file) => file.path !== definition.path && !file.path.startsWith("src/testing/"),
    );
    expect(unnamed(producers.map((file) => withoutComparisons(file.text)))).toEqual([]);
  });

  test("are each named in some test", () => {
    const tests = ["test", "src/testing"]
      .flatMap(typescriptBelow)
      .filter((file) => !file.path.startsWith("test/static/"));
    expect(unnamed(tests.map((file) => file.text))).toEqual([]);
  });
});

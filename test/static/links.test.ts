// Links between the documents lead somewhere, and whoever begins at the README finds every guide.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSource, root } from "./source-files.ts";

const documents = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", ...markdownBelow("docs")];

function markdownBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
}

const linksOf = (path: string): string[] =>
  Array.from(readSource(path).text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g), ([, target = ""]) => target).filter(
    (target) => !/^[a-z]+:/.test(target),
  );

describe("documents", () => {
  test.each(documents)("%s: every link leads to a file", (path) => {
    const broken = linksOf(path).filter((target) => !existsSync(join(root, dirname(path), target)));
    expect(broken).toEqual([]);
  });

  test("the README links to every guide and every reference page", () => {
    const linked = new Set(linksOf("README.md"));
    const pages = [...markdownBelow("docs/guides"), ...markdownBelow("docs/start")];
    expect(pages.filter((page) => !linked.has(page))).toEqual([]);
  });
});

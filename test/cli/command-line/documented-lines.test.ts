// Every command line of README, docs and --help is one that the program takes.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { helpText } from "../../../src/cli/command-line/commands.ts";
import { parseCommandLine } from "../../../src/cli/command-line/parse-command-line.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => join("docs", path)),
];

interface Line {
  readonly page: string;
  readonly line: string;
}

/** What follows the program's name in each ```sh block, up to a comment or the next command. */
const lines: readonly Line[] = pages.flatMap((page) =>
  Array.from(readFileSync(join(root, page), "utf8").matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)).flatMap(
    ([, block = ""]) =>
      Array.from(
        block.replaceAll("\\\n", " ").matchAll(/(?:^|&&) *(?:sallyport|node bin\/sallyport\.js) +([^&#\n]*)/gm),
        ([, line = ""]) => ({ page, line: line.trim() }),
      ),
  ),
);

const wordsOf = (line: string): string[] =>
  Array.from(line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g), ([, double, single, bare]) => double ?? single ?? bare ?? "");

/** The examples of --help. */
const examples: readonly Line[] = ["tunnel", "serve"].flatMap((command) =>
  Array.from(
    helpText(command)
      .replaceAll("\\\n", " ")
      .matchAll(/^ {2}sallyport (.*)$/gm),
    ([, line = ""]) => ({ page: `${command} --help`, line }),
  ),
);

test("README's first command is the demo", () => {
  expect(lines[0]).toEqual({ page: "README.md", line: "demo" });
});

test.each([...lines, ...examples])("$page: sallyport $line", ({ line }) => {
  expect(() => parseCommandLine(wordsOf(line))).not.toThrow();
});

test("there are as many as a reader would expect", () => {
  expect(lines.length).toBeGreaterThan(8);
  expect(examples).toHaveLength(6);
});

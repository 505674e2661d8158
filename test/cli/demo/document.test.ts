// docs/start/demo.md shows what the demo prints.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { DemoCommand } from "../../../src/cli/demo/demo-command.ts";
import { realParts } from "../../../src/demo/real-parts.ts";
import { runShow } from "../../../src/demo/run-show.ts";
import { loopbackModes } from "../../../src/lab/loopback/modes.ts";
import { watchResources } from "../../support/resources.ts";
import { makeIo } from "./fake-io.ts";

watchResources();

const page = readFileSync(fileURLToPath(new URL("../../../docs/start/demo.md", import.meta.url)), "utf8");
const excerptOf = (start: RegExp): string =>
  Array.from(page.matchAll(/^```\w*\n([\s\S]*?)^```/gm), ([, text = ""]) => text).find((text) => start.test(text)) ??
  "";

/**
 * The cells of both columns without their order: whether a line is shared and which side is first is a matter of
 * milliseconds. Every number is as good as any other.
 */
function cellsOf(text: string): readonly string[] {
  return text
    .split("\n")
    .flatMap((line) => line.split(/ \| | \|$/))
    .map((cell) => cell.replaceAll(/\d+/g, "0").trim())
    .filter((cell) => cell !== "")
    .sort();
}

async function printed(step: boolean): Promise<readonly string[]> {
  const { io, lines } = makeIo();
  const command: DemoCommand = { kind: "demo", once: true, whole: false, step };
  const { signal } = new AbortController();
  await using _stage = await runShow({ command, io, parts: realParts, signal, pause: async () => {} });
  return lines;
}

test.each([
  ["the failure, the fix and the table", false, /^1\. What fails/, undefined],
  ["a mode with --step", true, /^3\/8 /, "4/8 "],
])("%s: the excerpt is what the demo prints", async (_, step, start, end) => {
  const lines = await printed(step);
  const from = lines.findIndex((line) => start.test(line));
  const to = end === undefined ? lines.length : lines.findIndex((line) => line.startsWith(end));
  expect(to - from).toBeGreaterThan(15);
  expect(cellsOf(excerptOf(start)), "put there what this prints: node bin/sallyport.js demo, and with --step").toEqual(
    cellsOf(lines.slice(from, to).join("\n")),
  );
});

test("the scenarios of the demo are explained, and no others", () => {
  const explained = Array.from(page.matchAll(/^\| (S\d\d) \|/gm), ([, number]) => number);
  expect(explained).toEqual(loopbackModes.map(({ scenario }) => scenario).sort());
});

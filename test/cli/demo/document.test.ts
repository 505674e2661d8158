// docs/start/demo.md shows what the demo prints.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { acts } from "../../../src/cli/demo/acts.ts";
import { realParts } from "../../../src/cli/demo/real-parts.ts";
import { runDemo } from "../../../src/cli/demo/run-demo.ts";
import { watchResources } from "../../support/resources.ts";
import { makeWorld } from "./fake-world.ts";

watchResources();

const page = readFileSync(fileURLToPath(new URL("../../../docs/start/demo.md", import.meta.url)), "utf8");
const excerpt = /```\n(3\/8 [\s\S]*?)```/.exec(page)?.[1] ?? "";

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

test("the excerpt is what the demo prints", async () => {
  const { world, lines } = makeWorld();
  await runDemo({ kind: "demo", once: true, whole: false }, world, async () => realParts);
  const from = lines.findIndex((line) => line.startsWith("3/8 "));
  const act = lines.slice(from, lines.indexOf("", from));
  expect(act.length).toBeGreaterThan(15);
  expect(cellsOf(excerpt), "put there what this prints: node bin/sallyport.js demo --once").toEqual(
    cellsOf(act.join("\n")),
  );
});

test("the scenarios of the demo are explained, and no others", () => {
  const explained = Array.from(page.matchAll(/^\| (S\d\d) \|/gm), ([, number]) => number);
  expect(explained).toEqual(acts.map(({ story }) => story.scenario).sort());
});

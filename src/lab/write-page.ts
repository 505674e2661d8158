// `sallyport lab run … --html FILE`: the scenarios as one page, instead of on the terminal.
import { assertNotDirectory, writeOutputFile } from "../filesystem/output-file.ts";
import { bookletPage, scenarioPage } from "./figures/page/page.ts";
import type { ShownScenario } from "./figures/page/shown.ts";
import { isAsExpected, runForPage } from "./run-scenario.ts";
import type { Scenario } from "./scenario.ts";
import type { OpenStage } from "./stage.ts";

/**
 * Runs the scenarios and writes their page, or the booklet when there are several. The file appears whole or not at all.
 * Gives a summary, and whether every outcome was as expected. Throws `FS_*`.
 */
export async function writePage(
  file: string,
  chosen: readonly Scenario[],
  openStage: OpenStage,
): Promise<{ readonly summary: string; readonly isRight: boolean }> {
  await assertNotDirectory(file);
  const shown: ShownScenario[] = [];
  for (const scenario of chosen) shown.push(await runForPage(scenario, openStage));
  const [first, ...more] = shown;
  const text = first !== undefined && more.length === 0 ? scenarioPage(first) : bookletPage(shown);
  await writeOutputFile(file, text);
  const kilobytes = Math.ceil(Buffer.byteLength(text) / 1000);
  const isRight = chosen.every((scenario, index) => comesOutRight(scenario, shown[index]));
  const what = first !== undefined && more.length === 0 ? first.number : `${shown.length} scenarios`;
  return {
    summary: `wrote ${file}: ${what}, ${kilobytes} kB${isRight ? "" : "; NOT every outcome was as expected"}`,
    isRight,
  };
}

function comesOutRight({ plain, sallyport, cases = [] }: Scenario, shown: ShownScenario | undefined): boolean {
  if (shown === undefined) return false;
  const pairs = [{ plain, sallyport }, ...cases].map((runs, index) => {
    const seen = index === 0 ? shown : shown.cases[index - 1];
    return [
      [runs.plain, seen?.plain],
      [runs.sallyport, seen?.sallyport],
    ] as const;
  });
  return pairs.flat().every(([run, seen]) => seen !== undefined && isAsExpected(seen.evidence, run));
}

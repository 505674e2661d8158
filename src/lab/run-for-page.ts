// Plays all runs of a scenario, for a page that shows them.
import type { ShownCase, ShownRun, ShownScenario } from "./figures/page/shown.ts";
import { isAsExpected, runOnStage } from "./run-scenario.ts";
import type { Run, Scenario } from "./scenario.ts";
import type { OpenStage } from "./stage.ts";

/** One run after the other, cases last. Throws what the stage throws. */
export async function runForPage(scenario: Scenario, openStage: OpenStage): Promise<ShownScenario> {
  const { topology, cases = [] } = scenario;
  const run = async (run: Run): Promise<ShownRun> => {
    const { typed, rightly } = run;
    const evidence = await runOnStage(topology, run, openStage);
    return { typed, evidence, ...(rightly !== undefined && isAsExpected(evidence, run) ? { rightly } : {}) };
  };
  const plain = await run(scenario.plain);
  const sallyport = await run(scenario.sallyport);
  const shown: ShownCase[] = [];
  for (const { name, title, ...runs } of cases) {
    shown.push({ name, title, plain: await run(runs.plain), sallyport: await run(runs.sallyport) });
  }
  return { ...scenario, plain, sallyport, cases: shown };
}

import type { ShownScenario } from "../../src/lab/figures/page/shown.ts";
import { runForPage } from "../../src/lab/run-scenario.ts";
import { scenarios } from "../../src/lab/scenarios.ts";
import { simulatedStage } from "../../src/lab/simulated/simulated-stage.ts";

/** All of the lab's, played in the simulation. */
export async function bookletScenarios(): Promise<ShownScenario[]> {
  const shown: ShownScenario[] = [];
  for (const scenario of scenarios) shown.push(await runForPage(scenario, simulatedStage()));
  return shown;
}

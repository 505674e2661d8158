// Plays all acts of a scenario, for a page that shows them.
import type { ShownAct, ShownScenario, ShownVariant } from "./figures/page/shown.ts";
import { isAsExpected, runAct } from "./run-scenario.ts";
import type { Act, Scenario } from "./scenario.ts";
import type { OpenStage } from "./stage.ts";

/** One act after the other, variants last. Throws what the stage throws. */
export async function playForPage(scenario: Scenario, openStage: OpenStage): Promise<ShownScenario> {
  const { topology, variants = [] } = scenario;
  const play = async (act: Act): Promise<ShownAct> => {
    const { typed, rightly } = act;
    const evidence = await runAct(topology, act, openStage);
    return { typed, evidence, ...(rightly !== undefined && isAsExpected(evidence, act) ? { rightly } : {}) };
  };
  const plain = await play(scenario.plain);
  const sallyport = await play(scenario.sallyport);
  const shown: ShownVariant[] = [];
  for (const { name, title, ...acts } of variants) {
    shown.push({ name, title, plain: await play(acts.plain), sallyport: await play(acts.sallyport) });
  }
  return { ...scenario, plain, sallyport, variants: shown };
}

// All scenarios on the simulated stage: without Sallyport they fail as they do in the field, with it they work.
import { describe, expect, it } from "vitest";
import { runAct, takesOf } from "../../src/lab/run-scenario.ts";
import { scenarios } from "../../src/lab/scenarios.ts";
import { simulatedStage } from "../../src/lab/simulated/simulated-stage.ts";
import { watchResources } from "../support/resources.ts";

watchResources();

describe.each(scenarios)("$number $name", (scenario) => {
  it.each(takesOf(scenario))("$name comes out as expected", async ({ act }) => {
    const { outcome } = await runAct(scenario.topology, act, simulatedStage());
    expect(outcome).toEqual(act.expected);
  });
});

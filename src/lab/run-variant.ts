// Runs one variant, and gives what is to be shown of it beside its evidence.

import { isSallyportError } from "../protocol/error.ts";
import type { Evidence } from "./evidence.ts";
import { differenceFor } from "./real/differences.ts";
import { runOnStage, type Variant } from "./run-scenario.ts";
import type { Scenario } from "./scenario.ts";
import type { OpenStage } from "./stage.ts";

export interface FinishedVariant {
  /** What is expected of it on this stage. */
  readonly variant: Variant;
  /** None where this machine cannot run it. */
  readonly evidence?: Evidence;
  readonly remark?: string;
}

/** A variant that this kernel cannot run is left out, and that is shown. Throws what else the stage throws. */
export async function runVariant(
  { topology, number }: Scenario,
  variant: Variant,
  openStage: OpenStage,
): Promise<FinishedVariant> {
  try {
    let kind = "simulated";
    const evidence = await runOnStage(topology, variant.run, async (one) => {
      const running = await openStage(one);
      kind = running.stage.kind;
      return running;
    });
    const difference = kind === "real" ? differenceFor(variant.name, evidence.outcome) : undefined;
    if (difference === undefined) return { variant, evidence };
    const run = { ...variant.run, expected: evidence.outcome };
    return { variant: { ...variant, run }, evidence, remark: `Not as in the simulated network: ${difference.why}` };
  } catch (error) {
    if (!isSallyportError(error) || error.code !== "NET_UNSUPPORTED") throw error;
    return { variant, remark: `${number} is left out, because ${error.message}` };
  }
}

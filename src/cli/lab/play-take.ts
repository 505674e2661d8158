// Plays one take, and gives what is to be shown of it beside its evidence.
import type { Evidence } from "../../lab/evidence.ts";
import { differenceFor } from "../../lab/real/differences.ts";
import { runAct, type Take } from "../../lab/run-scenario.ts";
import type { Scenario } from "../../lab/scenario.ts";
import type { OpenStage } from "../../lab/stage.ts";
import { isSallyportError } from "../../protocol/error.ts";

export interface PlayedTake {
  /** What is expected of it on this stage. */
  readonly take: Take;
  /** None where this machine cannot play it. */
  readonly evidence?: Evidence;
  readonly remark?: string;
}

/** A take that this kernel cannot play is left out, and that is shown. Throws what else the stage throws. */
export async function playTake({ topology, number }: Scenario, take: Take, openStage: OpenStage): Promise<PlayedTake> {
  try {
    let kind = "simulated";
    const evidence = await runAct(topology, take.act, async (one) => {
      const running = await openStage(one);
      kind = running.stage.kind;
      return running;
    });
    const difference = kind === "real" ? differenceFor(take.name, evidence.outcome) : undefined;
    if (difference === undefined) return { take, evidence };
    const act = { ...take.act, expected: evidence.outcome };
    return { take: { ...take, act }, evidence, remark: `Not as in the simulated network: ${difference.why}` };
  } catch (error) {
    if (!isSallyportError(error) || error.code !== "NET_UNSUPPORTED") throw error;
    return { take, remark: `${number} is left out, because ${error.message}` };
  }
}

// Does one run on a stage, and gives what was seen.
import { definedProps } from "../protocol/defined-props.ts";
import { limits } from "../protocol/limits.ts";
import type { Evidence, LabEvent, Outcome } from "./evidence.ts";
import type { ShownCase, ShownRun, ShownScenario } from "./figures/page/shown.ts";
import type { Run, Scenario } from "./scenario.ts";
import type { OpenStage, TransferResult } from "./stage.ts";
import type { Topology } from "./topology.ts";

/** One way to run a scenario: without Sallyport or with it, as it is or in a variant. */
export interface Variant {
  /** `S20/ssh-lost/plain` */
  readonly name: string;
  readonly side: "plain" | "sallyport";
  /** Title of the variant; empty for the scenario itself. */
  readonly title: string;
  readonly run: Run;
}

/** All variants of a scenario, in the order in which they are shown: without Sallyport first. */
export function variantsOf({ number, plain, sallyport, cases = [] }: Scenario): readonly Variant[] {
  const all = [{ name: "", title: "", plain, sallyport }, ...cases];
  return all.flatMap(({ name, title, ...runs }) =>
    (["plain", "sallyport"] as const).map((side) => ({
      name: [number, name, side].filter((part) => part !== "").join("/"),
      side,
      title,
      run: runs[side],
    })),
  );
}

/** Throws what the stage throws; a transfer that fails is an outcome. The stage is cleared whatever happens. */
export async function runOnStage(topology: Topology, run: Run, openStage: OpenStage): Promise<Evidence> {
  await using running = await openStage(topology, run.typed.join("\n"));
  const result = await running.run(async () => {
    const end = await run.script(running.stage);
    // The last packets are still on their way; in virtual time it costs nothing to wait for them.
    if (running.stage.kind === "simulated") await running.stage.wait(limits.labLastPacketsMs);
    for (const { name } of topology.hosts) await running.stage.netstat(name);
    return end;
  });
  const events = running.events();
  return { events, outcome: outcomeOf(result, events) };
}

/** Whether it came out as the scenario expects. */
export function isAsExpected({ outcome }: Evidence, { expected }: Run): boolean {
  return (
    outcome.works === expected.works &&
    outcome.reply === expected.reply &&
    outcome.system === expected.system &&
    outcome.dataBesideSsh === expected.dataBesideSsh
  );
}

/** `works, 226` or `fails, 425, ECONNREFUSED`. */
export function describeOutcome({ works, reply, system, dataBesideSsh }: Outcome): string {
  return [
    works ? "works" : "fails",
    reply === 0 ? "no final reply" : String(reply),
    ...(system === undefined ? [] : [system]),
    ...(dataBesideSsh ? ["data beside SSH"] : []),
  ].join(", ");
}

function outcomeOf({ works, reply, system }: TransferResult, events: readonly LabEvent[]): Outcome {
  const code = /^[245]\d\d/.exec(reply)?.[0];
  const isFinal = code !== undefined && !/^22[789]/.test(reply);
  return {
    works,
    reply: isFinal ? Number(code) : 0,
    ...definedProps({ system }),
    dataBesideSsh: events.some(
      (event) => event.type === "connection" && event.role === "data" && event.result === "made" && event.clear,
    ),
  };
}

/** All runs of a scenario for a page that shows them, one after the other, cases last. Throws what the stage throws. */
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

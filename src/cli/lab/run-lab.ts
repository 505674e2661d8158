// One run of `sallyport lab`.

import { indented, type Part, showOpening, showVariant } from "../../lab/figures/text/show-variant.ts";
import { openRealStage } from "../../lab/real/open-real-stage.ts";
import { checkMachine } from "../../lab/real/programs/needed.ts";
import { describeOutcome, isAsExpected, type Variant, variantsOf } from "../../lab/run-scenario.ts";
import { runVariant } from "../../lab/run-variant.ts";
import type { Scenario } from "../../lab/scenario.ts";
import { scenarios } from "../../lab/scenarios.ts";
import { simulatedStage } from "../../lab/simulated/simulated-stage.ts";
import type { OpenStage } from "../../lab/stage.ts";
import { writePage } from "../../lab/write-page.ts";
import { choosePaint, type Paint } from "../../text/paint.ts";
import { usageError } from "../../text/usage-error.ts";
import { exitStatus } from "../exit-status.ts";
import type { ProcessIo } from "../run/process-io.ts";
import { waitForEnter } from "../terminal/wait-for-enter.ts";
import type { LabCommand } from "./lab-command.ts";

/** Returns the exit status: 1 when an outcome is not what its scenario expects. Throws `USAGE_INVALID` for --step without a terminal, `CONFIG_INVALID` for --real where it cannot be. */
export async function runLab(
  command: LabCommand,
  io: ProcessIo,
  openStage: OpenStage = command.real ? openRealStage : simulatedStage(),
): Promise<number> {
  const { numbers, all, step } = command;
  const paint = choosePaint(io.env, io.outputColumns !== undefined);
  if (!all && numbers.length === 0) {
    for (const { number, name, title } of scenarios) io.printLine(`${number}  ${name.padEnd(24)}${title}`);
    return exitStatus.ok;
  }
  if (command.html !== undefined) {
    const chosen = scenarios.filter(({ number }) => all || numbers.includes(number));
    const { summary, isRight } = await writePage(command.html, chosen, openStage);
    io.printLine(summary);
    return isRight ? exitStatus.ok : exitStatus.other;
  }
  if (step && (io.outputColumns === undefined || !process.stdin.isTTY)) {
    throw usageError("--step waits for Enter, but this is not a terminal", "Leave --step out.");
  }
  if (command.real) checkMachine(process.platform, process.getuid?.());
  using steps = step ? waitForEnter(process.stdin) : undefined;
  const show = async (part: Part): Promise<void> => {
    for (const line of part) io.printLine(line);
    await steps?.next();
  };
  let isRight = true;
  for (const scenario of scenarios) {
    if (all) isRight = (await runBriefly(scenario, io, paint, openStage)) && isRight;
    else if (numbers.includes(scenario.number)) isRight = (await run(scenario, show, paint, openStage)) && isRight;
  }
  return isRight ? exitStatus.ok : exitStatus.other;
}

async function run(
  scenario: Scenario,
  show: (part: Part) => Promise<void>,
  paint: Paint,
  openStage: OpenStage,
): Promise<boolean> {
  let isRight = true;
  await show(showOpening(scenario, paint));
  for (const variant of variantsOf(scenario)) {
    const finished = await runVariant(scenario, variant, openStage);
    if (finished.evidence !== undefined) {
      isRight = isAsExpected(finished.evidence, finished.variant.run) && isRight;
      for (const part of showVariant(scenario, finished.variant, finished.evidence, paint)) await show(part);
    }
    if (finished.remark !== undefined) await show([...indented(finished.remark), ""]);
  }
  return isRight;
}

/** A line for the scenario and for each variant. */
async function runBriefly(scenario: Scenario, io: ProcessIo, paint: Paint, openStage: OpenStage): Promise<boolean> {
  const variants = variantsOf(scenario);
  let isRight = true;
  for (let at = 0; at < variants.length; at += 2) {
    const verdicts = [];
    for (const variant of variants.slice(at, at + 2)) verdicts.push(await judge(scenario, variant, openStage));
    const isFine = verdicts.every(({ isExpected }) => isExpected);
    isRight &&= isFine;
    const mark = isFine ? paint("good", "ok ") : paint("bad", "NOT");
    const name = variants[at]?.title || scenario.name;
    io.printLine(`${scenario.number} ${mark} ${name.padEnd(32)}${verdicts.map(({ text }) => text).join("; ")}`);
  }
  return isRight;
}

async function judge(
  scenario: Scenario,
  variant: Variant,
  openStage: OpenStage,
): Promise<{ readonly isExpected: boolean; readonly text: string }> {
  const finished = await runVariant(scenario, variant, openStage);
  const side = variant.side === "plain" ? "without" : "with";
  if (finished.evidence === undefined) return { isExpected: true, text: `${side}: left out` };
  const isExpected = isAsExpected(finished.evidence, finished.variant.run);
  const rightly = isExpected && variant.run.rightly !== undefined ? ` (${variant.run.rightly})` : "";
  return { isExpected, text: `${side}: ${describeOutcome(finished.evidence.outcome)}${rightly}` };
}

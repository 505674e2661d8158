// One act of the demo: a way of transferring files, tried through the tunnel, and what would have become of it without.
import { systemClock } from "../../network/system-clock.ts";
import { withDeadline } from "../../platform/clock.ts";
import type { TraceEvent } from "../../platform/trace.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import type { BackMode } from "../../tunnel/options.ts";
import { wrong } from "./compare.ts";
import type { Passage, Stage } from "./stage.ts";

/** What plain `ssh -L` makes of the same. */
export interface Story {
  /** Number of the scenario, as in docs/start/demo.md. */
  readonly scenario: string;
  /** The words in which the failure shows. */
  readonly error: string;
  readonly why: string;
}

export interface Act {
  /** At most 17 characters, for a table. */
  readonly name: string;
  /** A few words: the command and who connects to whom. */
  readonly title: string;
  readonly back: BackMode;
  /** How the data connections must have come about on each side, as `data.open` in the trace tells. */
  readonly ways: { readonly front: readonly string[]; readonly back: readonly string[] };
  readonly story: Story;
  /** What this system lacks, if that is what the error means: then the act is left out, and that is told. */
  readonly lacking?: (error: SallyportError) => string | undefined;
  /** Does everything, step by step; throws what goes wrong. */
  readonly perform: (scene: Scene) => Promise<void>;
}

/** Something that was done and checked. */
export interface Step {
  readonly name: string;
  /** What was found. */
  readonly result: string;
}

export interface Scene {
  readonly stage: Stage;
  readonly passage: Passage;
  readonly signal: AbortSignal;
  /** Does a step; the check is part of it, and what it resolves to is shown as its result. */
  step(name: string, work: () => Promise<string>): Promise<void>;
}

export interface Performance {
  readonly act: Act;
  readonly steps: readonly Step[];
  /** What the tunnel told during the first step; with `whole`, during all of them. */
  readonly events: readonly TraceEvent[];
  readonly failure?: { readonly step: string; readonly error: SallyportError };
  /** Why it was left out. */
  readonly lacking?: string;
}

const actMsMax = 10_000;

/** Performs an act. Rejects only with the signal's reason: what fails is told in the result. */
export async function performAct(act: Act, stage: Stage, whole: boolean, signal: AbortSignal): Promise<Performance> {
  const steps: Step[] = [];
  let current = "connect and log in";
  const deadline = withDeadline(systemClock, actMsMax, signal, tooSlow);
  let recorded = (): readonly TraceEvent[] => [];
  try {
    const passage = await stage.passage(act.back);
    const { recorder } = passage;
    const begin = recorder.mark;
    recorded = () => recorder.between(begin);
    let first: number | undefined;
    const step = async (name: string, work: () => Promise<string>): Promise<void> => {
      current = name;
      const from = recorder.mark;
      first ??= from;
      steps.push({ name, result: await work() });
      if (whole || steps.length === 1) {
        const [start, end] = [first, recorder.mark];
        recorded = () => recorder.between(start, end);
      }
      current = `after ${name}`;
    };
    await act.perform({ stage, passage, signal: deadline.signal, step });
    checkWays(act, recorder.between(begin));
    return { act, steps, events: recorded() };
  } catch (error) {
    signal.throwIfAborted();
    const known = asError(error);
    const lacking = act.lacking?.(known);
    if (lacking !== undefined) return { act, steps, events: recorded(), lacking };
    return { act, steps, events: recorded(), failure: { step: current, error: known } };
  } finally {
    deadline.release();
  }
}

/** Right bytes that went another way than the act says would prove nothing. */
function checkWays({ ways }: Act, events: readonly TraceEvent[]): void {
  for (const side of ["front", "back"] as const) {
    const went = events.flatMap((event) => (event.type === "data.open" && event.side === side ? [event.how] : []));
    const found = [...new Set(went)].sort().join(" and ");
    const wanted = ways[side].join(" and ");
    if (found !== wanted) throw wrong(`data connections at the ${side} were ${found || "none"}, not ${wanted}`);
  }
}

function tooSlow(): SallyportError {
  return new SallyportError("NET_TIMEOUT", `it was not done after ${actMsMax / 1000} s`);
}

function asError(error: unknown): SallyportError {
  if (isSallyportError(error)) return error;
  return new SallyportError("INTERNAL", error instanceof Error ? error.message : String(error), { cause: error });
}

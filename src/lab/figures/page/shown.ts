// A scenario with what was seen of it, as the pages show it.
import type { Evidence } from "../../evidence.ts";
import type { Case, Scenario } from "../../scenario.ts";
import type { GatewayName } from "../sequence/participants.ts";

/** What is needed of a scenario: its words. The scripts are not run here. */
export interface ShownScenario extends Omit<Scenario, "plain" | "sallyport" | "cases"> {
  readonly plain: ShownRun;
  readonly sallyport: ShownRun;
  readonly cases: readonly ShownCase[];
}

export interface ShownCase extends Pick<Case, "name" | "title"> {
  readonly plain: ShownRun;
  readonly sallyport: ShownRun;
}

export interface ShownRun {
  readonly typed: readonly string[];
  readonly evidence: Evidence;
  /** It failed as it must: what is right about that. */
  readonly rightly?: string;
}

/** One of the two ways in which everything is done. */
export interface Way {
  readonly key: "plain" | "sallyport";
  readonly title: string;
  readonly gateway: GatewayName;
}

export const ways: readonly Way[] = [
  { key: "plain", title: "Without Sallyport", gateway: "ssh" },
  { key: "sallyport", title: "With Sallyport", gateway: "Sallyport" },
];

/** As a heading: `A forward to localhost`. */
export const heading = (title: string): string => title.slice(0, 1).toUpperCase() + title.slice(1);

/** How a run came out, as its reader is to judge it: `open` works where everybody on the way can read the data. */
export type Verdict = "works" | "open" | "rightly" | "fails";

const signs: Readonly<Record<Verdict, string>> = { works: "✓", open: "!", rightly: "✓", fails: "✕" };

export function verdictOf({ evidence, rightly }: ShownRun): Verdict {
  const { works, dataBesideSsh } = evidence.outcome;
  if (works) return dataBesideSsh ? "open" : "works";
  return rightly === undefined ? "fails" : "rightly";
}

/** `✓ works · 226`, `✕ fails · ECONNREFUSED`, `✓ refused, with the reason · 534` */
export function outcomeWords(run: ShownRun): string {
  const { works, reply, system } = run.evidence.outcome;
  const code = system ?? (reply === 0 ? "no reply" : String(reply));
  return `${signs[verdictOf(run)]} ${run.rightly ?? (works ? "works" : "fails")} · ${code}`;
}

/** Where data could be read on the way; undefined where it could not. */
export function openWords({ evidence }: ShownRun): string | undefined {
  if (!evidence.outcome.dataBesideSsh) return undefined;
  const hasSsh = evidence.events.some((event) => event.type === "connection" && event.role === "ssh");
  return hasSsh ? "data beside SSH" : "data in the clear";
}

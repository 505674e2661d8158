// A scenario with what was seen of it, as the pages show it.
import type { Evidence } from "../../evidence.ts";
import type { Scenario, Variant } from "../../scenario.ts";
import type { GatewayName } from "../sequence/participants.ts";

/** What is needed of a scenario: its words. The scripts are not run here. */
export interface ShownScenario extends Omit<Scenario, "plain" | "sallyport" | "variants"> {
  readonly plain: ShownAct;
  readonly sallyport: ShownAct;
  readonly variants: readonly ShownVariant[];
}

export interface ShownVariant extends Pick<Variant, "name" | "title"> {
  readonly plain: ShownAct;
  readonly sallyport: ShownAct;
}

export interface ShownAct {
  readonly typed: readonly string[];
  readonly evidence: Evidence;
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

/** `works · 226`, `fails · 425`, `fails · ECONNREFUSED` */
export function outcomeWords({ evidence }: ShownAct): string {
  const { works, reply, system } = evidence.outcome;
  const code = system ?? (reply === 0 ? "no reply" : String(reply));
  return `${works ? "works" : "fails"} · ${code}`;
}

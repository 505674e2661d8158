// One run of a scenario: what is typed, both figures in two widths, and the evidence in words.
import type { Topology } from "../../topology.ts";
import { type Drawing, inlineFigure } from "../figure.ts";
import { element, type Markup } from "../markup.ts";
import { drawUprightNetwork, drawWideNetwork } from "../network/draw-network.ts";
import { drawSequence, sequenceWidths } from "../sequence/draw-sequence.ts";
import { withPrograms } from "../sequence/participants.ts";
import { connectionList, dialogue, netstats, remarks } from "./evidence-blocks.ts";
import { openWords, outcomeWords, type ShownRun, verdictOf, type Way } from "./shown.ts";

export interface RunPlace {
  /** `S08` */
  readonly number: string;
  readonly way: Way;
  readonly topology: Topology;
  /** A scenario that is about the dialogue itself shows all of the login. */
  readonly foldsLogin: boolean;
}

export function runSection(run: ShownRun, place: RunPlace): Markup {
  const { way } = place;
  const { evidence } = run;
  const verdict = verdictOf(run);
  const open = openWords(run);
  return element(
    "section",
    { class: `run ${verdict}` },
    element(
      "h3",
      {},
      way.title,
      " ",
      element("span", { class: `outcome ${verdict}` }, outcomeWords(run)),
      open === undefined ? undefined : element("span", { class: "outcome open" }, open),
    ),
    element("h4", {}, "Typed"),
    element(
      "pre",
      { class: "typed", tabindex: "0" },
      run.typed.flatMap((line) => [element("span", {}, line), lineEnd]),
    ),
    element("h4", {}, "Who connects to whom"),
    networkFigure(run, place),
    connectionList(evidence),
    element("h4", {}, "What is sent"),
    sequenceFigure(run, place),
    element(
      "div",
      { class: "evidence" },
      dialogue(evidence),
      remarks(evidence),
      element("div", { class: "columns" }, netstats(evidence)),
    ),
  );
}

const lineEnd: Markup = { markup: "\n" };

export function networkFigure({ evidence }: ShownRun, { topology: plan, number, way }: RunPlace): Markup {
  const topology = withPrograms(plan, evidence, way.gateway);
  const label = `${number}, ${way.title.toLowerCase()}: hosts and connections; the list below has the same in words`;
  return bothWidths(drawWideNetwork(topology, evidence), drawUprightNetwork(topology, evidence), label, "network");
}

function sequenceFigure({ evidence }: ShownRun, { topology, number, way, foldsLogin }: RunPlace): Markup {
  const draw = (width: number): Drawing =>
    drawSequence(topology, evidence, { gateway: way.gateway, width, foldsLogin });
  const label = `${number}, ${way.title.toLowerCase()}: sequence of commands, replies and connections; the dialogue below has the same in words`;
  return bothWidths(draw(sequenceWidths.wide), draw(sequenceWidths.narrow), label, "sequence");
}

export function bothWidths(wide: Drawing, narrow: Drawing, label: string, kind: string): Markup {
  return element(
    "figure",
    { class: kind },
    element("div", { class: "wide", tabindex: "0" }, inlineFigure(wide, label)),
    element("div", { class: "narrow", tabindex: "0" }, inlineFigure(narrow, label)),
  );
}

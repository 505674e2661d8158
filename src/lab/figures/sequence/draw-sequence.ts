// The sequence diagram: lifelines of the programs, hosts above them, steps from top to bottom, SSH as a tube.
import type { Evidence } from "../../evidence.ts";
import type { Topology } from "../../topology.ts";
import type { Drawing } from "../figure.ts";
import { element, type Markup, visibleText } from "../markup.ts";
import { textWidth, wrapText } from "../text-width.ts";
import { type DrawnStep, drawStep } from "./draw-step.ts";
import { type GatewayName, type Participant, participantsOf } from "./participants.ts";
import { type Step, stepsOf } from "./steps.ts";
import { drawTubes } from "./tubes.ts";

export interface SequenceOptions {
  readonly gateway: GatewayName;
  /** CSS pixels. */
  readonly width: number;
  readonly foldsLogin: boolean;
}

/** CSS pixels; the narrow one fits beside the margins of a page 390 wide. */
export const sequenceWidths = { wide: 980, narrow: 358 } as const;

/** Where the lifelines are. */
export interface Lifelines {
  readonly width: number;
  readonly x: (participant: Participant) => number;
  readonly participants: readonly Participant[];
}

export function drawSequence(topology: Topology, evidence: Evidence, options: SequenceOptions): Drawing {
  const { width, gateway, foldsLogin } = options;
  const participants = participantsOf(topology, evidence, gateway);
  const edge = Math.min(width / Math.max(2, participants.length) / 2, 110);
  const gap = participants.length < 2 ? 0 : (width - 2 * edge) / (participants.length - 1);
  const lifelines: Lifelines = { width, participants, x: (one) => edge + gap * Math.max(0, participants.indexOf(one)) };
  const head = drawHead(lifelines, Math.max(gap, 2 * edge));
  let y = head.height + 6;
  const drawn: { readonly step: Step; readonly y: number; readonly drawing: DrawnStep }[] = [];
  for (const step of stepsOf(evidence, { participants, gateway, foldsLogin })) {
    const drawing = drawStep(step, lifelines, y);
    drawn.push({ step, y, drawing });
    y += drawing.height;
  }
  const lines = participants.map((one) =>
    element("path", { class: "lifeline", d: `M${lifelines.x(one)} ${head.height} V${y + 8}` }),
  );
  return {
    width,
    height: y + 12,
    content: [
      ...head.content,
      ...lines,
      ...drawTubes(
        drawn.map(({ step, y: top, drawing }) => ({ step, top, height: drawing.height })),
        lifelines,
      ),
      ...drawn.map(({ drawing }) => drawing.content),
    ],
  };
}

function drawHead({ participants, x, width }: Lifelines, gap: number): { content: Markup[]; height: number } {
  const room = gap - 6;
  const labels = participants.map((one) => namesOf(visibleText(one.label), room));
  const height = 34 + 15 * Math.max(1, ...labels.map((lines) => lines.length));
  const hosts = Array.from(new Set(participants.map((one) => one.host)), (host) => {
    const there = participants.filter((one) => one.host === host).map(x);
    const left = Math.max(1, Math.min(...there) - gap / 2 + 3);
    const right = Math.min(width - 1, Math.max(...there) + gap / 2 - 3);
    return element(
      "g",
      { class: "host-band" },
      element("rect", { x: left, y: 1, width: right - left, height: height - 2, rx: 7 }),
      element(
        "text",
        { x: (left + right) / 2, y: 18, class: "title", "text-anchor": "middle" },
        shorten(host, right - left - 6),
      ),
    );
  });
  const names = participants.map((one, index) =>
    (labels[index] ?? []).map((line, row) =>
      element("text", { x: x(one), y: 36 + row * 15, class: "program", "text-anchor": "middle" }, line),
    ),
  );
  return { content: [...hosts, ...names.flat()], height };
}

/** A name is broken between its words only. */
function namesOf(label: string, room: number): string[] {
  return textWidth(label, 12, "bold") <= room ? [label] : label.split(" ");
}

function shorten(name: string, room: number): string {
  const text = visibleText(name);
  if (textWidth(text, 12, "sans") <= room) return text;
  return `${wrapText(text, room - 12, 12, "sans")[0] ?? ""}…`;
}

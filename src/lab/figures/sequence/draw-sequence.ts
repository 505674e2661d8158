// The sequence diagram: lifelines of the programs, hosts above them, steps from top to bottom, SSH as a tube.
import type { Evidence } from "../../evidence.ts";
import type { Topology } from "../../topology.ts";
import type { Drawing } from "../figure.ts";
import { element, type Markup, visibleText } from "../markup.ts";
import { textWidth, wrapText } from "../text-width.ts";
import { type DrawnStep, drawStep, type Lifelines } from "./draw-step.ts";
import { type GatewayName, type Participant, participantsOf } from "./participants.ts";
import { type Step, stepsOf } from "./steps.ts";

interface SequenceOptions {
  readonly gateway: GatewayName;
  /** CSS pixels. */
  readonly width: number;
  readonly foldsLogin: boolean;
}

/** CSS pixels; the narrow one fits beside the margins of a page 390 wide. */
export const sequenceWidths = { wide: 980, narrow: 358 } as const;

const nameSize = 11.5;

export function drawSequence(topology: Topology, evidence: Evidence, options: SequenceOptions): Drawing {
  const { width, gateway, foldsLogin } = options;
  const participants = participantsOf(topology, evidence, gateway);
  const edge = edgeOf(participants, width);
  const gap = participants.length < 2 ? 0 : (width - 2 * edge) / (participants.length - 1);
  const lifelines: Lifelines = { width, participants, x: (one) => edge + gap * Math.max(0, participants.indexOf(one)) };
  const head = drawHead(lifelines, participants.length < 2 ? width : gap);
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
  const labels = participants.map((one) => namesOf(one.label, room));
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
  const text = visibleText(label);
  return textWidth(text, nameSize, "bold") <= room ? [text] : text.split(/ |(?<=-)/);
}

/** From the border to the first lifeline, and from the last one: their names must have room. */
function edgeOf(participants: readonly Participant[], width: number): number {
  const room = width / Math.max(2, participants.length);
  const ends = [participants[0], participants.at(-1)].flatMap((one) =>
    one === undefined ? [] : namesOf(one.label, room),
  );
  const widest = Math.max(0, ...ends.map((line) => textWidth(line, nameSize, "bold")));
  return Math.max(Math.min(room / 2, 110), widest / 2 + 3);
}

function shorten(name: string, room: number): string {
  const text = visibleText(name);
  if (textWidth(text, 12, "sans") <= room) return text;
  return `${wrapText(text, room - 12, 12, "sans")[0] ?? ""}…`;
}

// SSH in a sequence diagram: a tube around everything that goes through it, from one of its ends to the other.
interface StepPlace {
  readonly step: Step;
  readonly top: number;
  readonly height: number;
}

/** One tube for each run of steps that go through SSH, with the name in the first one. */
function drawTubes(places: readonly StepPlace[], { participants, x }: Lifelines): Markup[] {
  const near = participants.find(({ program }) => program === "gateway");
  const far = participants.find(({ program }) => program === "sshd");
  if (near === undefined || far === undefined) return [];
  const [left, right] = [Math.min(x(near), x(far)), Math.max(x(near), x(far))];
  const runs: { top: number; bottom: number }[] = [];
  let isInside = false;
  for (const { step, top, height } of places) {
    const goes = goesThrough(step, x, left, right);
    const last = runs.at(-1);
    if (goes && isInside && last !== undefined) last.bottom = top + height;
    else if (goes) runs.push({ top, bottom: top + height });
    // What only passes by in time, on one side of the tube, does not end it.
    isInside = goes || (isInside && step.type === "pause");
  }
  return runs.map(({ top, bottom }) =>
    element("rect", { class: "tube", x: left, y: top + 2, width: right - left, height: bottom - top, rx: 12 }),
  );
}

function goesThrough(step: Step, x: Lifelines["x"], left: number, right: number): boolean {
  if (step.type === "pause" || step.type === "remark") return false;
  const ends = [x(step.from), x(step.to)];
  if (Math.min(...ends) > left || Math.max(...ends) < right) return false;
  const clients = [step.from, step.to].filter(({ program }) => program === "client");
  if (clients.some((client) => !client.usesSsh)) return false;
  return step.type !== "connection" || step.connection.role !== "data";
}

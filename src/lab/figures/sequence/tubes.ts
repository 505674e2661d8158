// SSH in a sequence diagram: a tube around everything that goes through it, from one of its ends to the other.
import { element, type Markup } from "../markup.ts";
import type { Lifelines } from "./draw-sequence.ts";
import type { Step } from "./steps.ts";

export interface StepPlace {
  readonly step: Step;
  readonly top: number;
  readonly height: number;
}

/** One tube for each run of steps that go through SSH, with the name in the first one. */
export function drawTubes(places: readonly StepPlace[], { participants, x }: Lifelines): Markup[] {
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
  return step.type !== "connection" || step.connection.role !== "data";
}

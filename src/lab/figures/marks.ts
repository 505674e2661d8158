// How connections look in both kinds of figure: by colour, and the same again by form.

import type { Evidence, LabEvent } from "../evidence.ts";
import { element, type Markup } from "./markup.ts";

type Looks = Pick<ConnectionEvent, "result" | "role" | "clear" | "carries">;

/** Whether what goes through it can be read on the way. */
export const isOpen = ({ result, role, clear }: Looks): boolean => result === "made" && clear && role !== "ssh";

/** Classes of the style sheet: how it ended, what it is for, and whether it can be read on the way. */
export function connectionClass(looks: Looks): string {
  return `${looks.result} ${looks.carries ?? looks.role}${isOpen(looks) ? " open" : ""}`;
}

/** At the end of a line that comes from (-1 leftward, 1 rightward, or up and down). */
export type Direction = "right" | "left" | "down" | "up";

const turns: Readonly<Record<Direction, number>> = { right: 0, down: 90, left: 180, up: 270 };

/** An arrow's head where it was made, a cross in a circle where it was refused or failed, a wall where it was dropped. */
export function endMark(result: ConnectionEvent["result"], x: number, y: number, direction: Direction): Markup {
  const at = { transform: `translate(${round(x)} ${round(y)}) rotate(${turns[direction]})` };
  if (result === "made") return element("path", { ...at, class: "head", d: "M0 0 L-11 -5.5 L-11 5.5 Z" });
  if (result === "dropped") {
    return element("g", { ...at, class: "wall" }, element("path", { d: "M-3 -10 V10 M1 -10 V10" }));
  }
  return element(
    "g",
    { ...at, class: "cross" },
    element("circle", { cx: -8, cy: 0, r: 8 }),
    element("path", { d: "M-11.5 -3.5 L-4.5 3.5 M-11.5 3.5 L-4.5 -3.5" }),
  );
}

/** The number of a connection in a disc: what figure, list and sequence diagram have in common. */
export function numberDisc(number: number, x: number, y: number): Markup {
  return element(
    "g",
    { class: "number" },
    element("circle", { cx: x, cy: y, r: 9 }),
    element("text", { x, y: y + 4, "text-anchor": "middle" }, String(number)),
  );
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** A TCP connection, or the attempt. */
export type ConnectionEvent = Extract<LabEvent, { type: "connection" }>;

/** In the order of time; their numbers in all figures are their places in this list, from 1. */
export function connectionsOf(evidence: Evidence): ConnectionEvent[] {
  return evidence.events.filter((event) => event.type === "connection");
}

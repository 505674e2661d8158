// What the lines of the figures mean.

import type { ConnectionEvent } from "../connection-event.ts";
import { connectionClass, endMark } from "../marks.ts";
import { element, type Markup } from "../markup.ts";

interface Sign extends Pick<ConnectionEvent, "role" | "result" | "clear"> {
  readonly title: string;
}

const signs: readonly Sign[] = [
  { title: "made", role: "control", result: "made", clear: false },
  { title: "made, for data", role: "data", result: "made", clear: false },
  { title: "made, in the clear: anybody on the way can read it", role: "data", result: "made", clear: true },
  { title: "refused or failed", role: "data", result: "refused", clear: false },
  { title: "dropped", role: "data", result: "dropped", clear: false },
  { title: "an SSH connection, around what goes through it", role: "ssh", result: "made", clear: false },
];

export function legend(): Markup {
  return element("ul", { class: "legend", "aria-label": "What the lines mean" }, signs.map(signItem));
}

function signItem(sign: Sign): Markup {
  const drawing = element(
    "svg",
    { class: "figure", width: 56, height: 24, viewBox: "0 0 56 24", "aria-hidden": "true" },
    element(
      "g",
      { class: `lane ${connectionClass(sign)}` },
      sign.role === "ssh"
        ? element("rect", { class: "tube", x: 1, y: 3, width: 54, height: 18, rx: 9 })
        : [element("path", { class: "line", d: "M1 12 H53" }), endMark(sign.result, 54, 12, "right")],
    ),
  );
  return element("li", {}, drawing, element("span", {}, sign.title));
}

// One step of a sequence diagram.
import { connectionClass, type Direction, endMark, isOpen, numberDisc } from "../marks.ts";
import { element, type Markup, visibleText } from "../markup.ts";
import { type Face, textWidth, wrapText } from "../text-width.ts";
import type { Participant } from "./participants.ts";
import type { Step } from "./steps.ts";

/** Where the lifelines are. */
export interface Lifelines {
  readonly width: number;
  readonly x: (participant: Participant) => number;
  readonly participants: readonly Participant[];
}

export interface DrawnStep {
  readonly height: number;
  readonly content: Markup;
}

const fontSize = 12;
const lineHeight = 15;
/** A line of text may be this wide even where its arrow is shorter. */
const textRoomMin = 300;
const loopWidth = 42;

export function drawStep(step: Step, lifelines: Lifelines, top: number): DrawnStep {
  if (step.type === "pause") return drawPause(step.ms, lifelines, top);
  if (step.type === "remark") return drawRemark(step, lifelines, top);
  return drawArrow(step, lifelines, top);
}

type ArrowStep = Exclude<Step, { type: "pause" | "remark" }>;

function drawArrow(step: ArrowStep, lifelines: Lifelines, top: number): DrawnStep {
  const [fromX, toX] = [lifelines.x(step.from), lifelines.x(step.to)];
  const isLoop = step.from === step.to;
  const loopSide = fromX + loopWidth > lifelines.width - 4 ? -1 : 1;
  const number = step.type === "connection" ? 26 : 0;
  const text = placeText(
    textOf(step),
    "mono",
    fromX,
    isLoop ? fromX + loopSide * loopWidth : toX,
    number,
    lifelines.width,
  );
  // The disc of a number needs some room below the text.
  const y = top + (step.type === "connection" ? 18 : 12) + text.lines.length * lineHeight;
  const side = isLoop ? loopSide : toX < fromX ? -1 : 1;
  const direction: Direction = toX < fromX || (isLoop && side > 0) ? "left" : "right";
  const connection = step.type === "connection" ? step.connection : undefined;
  const result = connection?.result ?? (step.type === "line" && step.isLost ? "dropped" : "made");
  // What was dropped never came near.
  const endX = result === "dropped" ? fromX + (toX - fromX) * 0.6 : result === "failed" ? fromX + side * 46 : toX;
  const line = isLoop
    ? `M${fromX} ${y} h${side * loopWidth} v16 H${fromX + (result === "made" ? 0 : side * 8)}`
    : `M${fromX} ${y} H${endX}`;
  return {
    height: y - top + (isLoop ? 26 : step.type === "connection" ? 14 : 10),
    content: element(
      "g",
      { class: `step ${classOf(step)}` },
      text.lines.map((words, index) =>
        element(
          "text",
          { x: text.x, y: top + 18 + index * lineHeight, class: "sent", "text-anchor": text.anchor },
          words,
        ),
      ),
      result === "made" || isLoop ? undefined : element("path", { class: "meant", d: `M${endX} ${y} H${toX}` }),
      element("path", { class: "line", d: line }),
      endMark(result, isLoop ? fromX : endX, isLoop ? y + 16 : y, direction),
      step.type === "login" ? endMark("made", fromX, y, direction === "left" ? "right" : "left") : undefined,
      step.type === "connection" ? numberDisc(step.number, fromX + side * 14, y) : undefined,
    ),
  };
}

function textOf(step: ArrowStep): string {
  if (step.type === "line" && step.isLost) return `${visibleText(step.text)} (not received)`;
  if (step.type !== "connection") return visibleText(step.text);
  const { role, to, result } = step.connection;
  const ending =
    result === "made"
      ? isOpen(step.connection)
        ? `, in the clear${role === "forwarded" ? " behind sshd" : ""}`
        : ""
      : `, ${result}${step.error === undefined ? "" : ` (${step.error})`}`;
  const name = role === "ssh" ? "SSH connection" : role === "control" ? "control connection" : "data connection";
  return visibleText(role === "ssh" ? `${name}${ending}` : `${name} → ${to}${ending}`);
}

function classOf(step: ArrowStep): string {
  if (step.type === "connection") {
    return connectionClass(step.connection);
  }
  if (step.type === "login") return "message";
  return /^[45]\d\d[ -]/.test(step.text) ? "message bad" : "message";
}

interface PlacedText {
  readonly x: number;
  readonly anchor: "start" | "end";
  readonly lines: readonly string[];
}

/** Above the arrow, at the end where it begins; within the drawing. */
function placeText(text: string, face: Face, fromX: number, toX: number, indent: number, width: number): PlacedText {
  const room = Math.min(Math.max(Math.abs(toX - fromX) - 16 - indent, textRoomMin), width - 12);
  const lines = wrapText(text, room, fontSize, face);
  const wide = Math.max(...lines.map((line) => textWidth(line, fontSize, face)));
  if (toX < fromX) return { x: Math.max(fromX - 8, wide + 4), anchor: "end", lines };
  return { x: Math.max(4, Math.min(fromX + 8, width - wide - 4)), anchor: "start", lines };
}

function drawRemark(step: Extract<Step, { type: "remark" }>, lifelines: Lifelines, top: number): DrawnStep {
  const text = visibleText(step.text);
  const lines = wrapText(text, Math.min(lifelines.width - 24, 420), fontSize, "sans");
  const width = Math.max(...lines.map((line) => textWidth(line, fontSize, "sans"))) + 16;
  const x = Math.max(2, Math.min(lifelines.x(step.at) - width / 2, lifelines.width - width - 2));
  const height = lines.length * lineHeight + 8;
  return {
    height: height + 12,
    content: element(
      "g",
      { class: step.isBad ? "remark bad" : "remark" },
      element("rect", { x, y: top + 6, width, height, rx: 4 }),
      lines.map((line, index) => element("text", { x: x + 8, y: top + 21 + index * lineHeight }, line)),
    ),
  };
}

function drawPause(ms: number, lifelines: Lifelines, top: number): DrawnStep {
  const middle = lifelines.width / 2;
  const text = `${duration(ms)} pass`;
  const half = textWidth(text, fontSize, "sans") / 2 + 10;
  return {
    height: 34,
    content: element(
      "g",
      { class: "pause" },
      element("path", { d: `M8 ${top + 19} H${middle - half} M${middle + half} ${top + 19} H${lifelines.width - 8}` }),
      element("text", { x: middle, y: top + 23, "text-anchor": "middle" }, text),
    ),
  };
}

/** `2 min 7 s` */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  if (minutes === 0) return `${seconds} s`;
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

// The figure: a column for each host and router, and an arrow for each connection, in the order of time. Pure.

import type { Paint, Style } from "../../../text/paint.ts";
import { padText, wrapText } from "../../../text/text-columns.ts";
import type { LabEvent } from "../../evidence.ts";
import type { Topology } from "../../topology.ts";
import { nodesInOrder } from "../network/lanes.ts";

export type ConnectionEvent = Extract<LabEvent, { type: "connection" }>;

const figureWidth = 98;
const columnMax = 24;

export interface FigureLook {
  readonly paint: Paint;
  /** Of a line. Default 98. */
  readonly width?: number;
  /** What stands below an arrow. */
  readonly describe?: (event: ConnectionEvent) => string;
}

/** No line is wider. */
export function drawFigure(
  topology: Topology,
  events: readonly LabEvent[],
  { paint, width: lineWidth = figureWidth, describe = describeConnection }: FigureLook,
): readonly string[] {
  const nodes = nodesOf(topology);
  const width = Math.min(columnMax, Math.floor(lineWidth / nodes.length));
  const connections = events.filter((event) => event.type === "connection");
  const lifelines = nodes.map(() => center("│", width)).join("");
  return [
    ...boxes(nodes, width),
    ...connections.flatMap((event) => [
      arrow(event, nodes, width, paint),
      ...wrapText(describe(event), lineWidth - 3).map((line) => paint(styleOf(event), `   ${line.trimStart()}`)),
    ]),
    ...(connections.length === 0 ? [lifelines.trimEnd()] : []),
  ].map((line) => line.trimEnd());
}

/** `control 198.51.100.2:40000 to 203.0.113.3:21: made, in the clear` */
function describeConnection({ role, carries, from, to, result, stoppedAt, clear }: ConnectionEvent): string {
  const kind = carries === undefined ? role : `${role} ${carries}`;
  const by = stoppedAt === undefined ? "" : ` ${result === "dropped" ? "at" : "by"} ${stoppedAt}`;
  const place = role === "data" ? " beside SSH" : role === "forwarded" ? " behind sshd" : "";
  const open = result === "made" && clear && role !== "ssh" ? `, in the clear${place}` : "";
  return `${kind} ${from} to ${to}: ${result}${by}${open}`;
}

function boxes(nodes: readonly FigureNode[], width: number): string[] {
  const inner = width - 4;
  const rows = Math.max(...nodes.map(({ addresses }) => addresses.length));
  const texts = Array.from({ length: rows + 1 }, (_, row) =>
    nodes.map(
      ({ name, addresses }) => ` │${center(cut(row === 0 ? name : (addresses[row - 1] ?? ""), inner), inner)}│ `,
    ),
  );
  return [
    nodes.map(
      ({ isRouter }) => ` ${isRouter ? "╔" : "┌"}${(isRouter ? "═" : "─").repeat(inner)}${isRouter ? "╗" : "┐"} `,
    ),
    ...texts,
    nodes.map(({ isRouter }) => {
      const line = isRouter ? "═" : "─";
      const left = Math.floor((inner - 1) / 2);
      const join = isRouter ? "╤" : "┬";
      return ` ${isRouter ? "╚" : "└"}${line.repeat(left)}${join}${line.repeat(inner - 1 - left)}${isRouter ? "╝" : "┘"} `;
    }),
  ].map((cells) => cells.join(""));
}

function arrow(event: ConnectionEvent, nodes: readonly FigureNode[], width: number, paint: Paint): string {
  const columnOf = (name: string): number => nodes.findIndex((node) => node.name === name);
  const from = columnOf(event.fromHost);
  const goal = columnOf(event.result === "made" ? event.toHost : (event.stoppedAt ?? event.toHost));
  const to = goal < 0 ? from : goal;
  const cells = [...nodes.map(() => center("│", width)).join("")];
  const middle = (column: number): number => column * width + Math.floor((width - 1) / 2);
  const [start, end] = [middle(from), middle(to)];
  const line = event.role === "ssh" ? "═" : "─";
  for (let at = Math.min(start, end) + 1; at < Math.max(start, end); at += 1) cells[at] = line;
  const head = event.result === "made" ? (end > start ? ">" : "<") : "X";
  if (start === end) cells.splice(start + 1, 2, event.result === "made" ? "↺" : "X", " ");
  else cells[event.result === "made" ? end - Math.sign(end - start) : end] = head;
  const [first, last] = [Math.min(start, end), Math.max(start, end) + 2];
  const text = cells.join("");
  return text.slice(0, first) + paint(styleOf(event), text.slice(first, last)) + text.slice(last);
}

function styleOf({ result, role, clear }: ConnectionEvent): Style {
  if (result !== "made") return "bad";
  if (clear && role !== "ssh") return "own";
  if (role === "data") return "data";
  return role === "ssh" ? "address" : role === "control" ? "good" : "quiet";
}

/** The odd column, if any, is on the right. */
function center(text: string, width: number): string {
  return padText(" ".repeat(Math.floor((width - text.length) / 2)) + text, width);
}

const cut = (text: string, width: number): string => text.slice(0, width);

interface FigureNode {
  readonly name: string;
  readonly isRouter: boolean;
  /** Without their prefixes. */
  readonly addresses: readonly string[];
}

const nodesOf = (topology: Topology): readonly FigureNode[] =>
  nodesInOrder(topology).map(({ name, kind, attached }) => ({
    name,
    isRouter: kind === "router",
    addresses: Object.values(attached).map((address) => address.split("/")[0] ?? ""),
  }));

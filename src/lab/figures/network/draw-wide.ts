// The network figure from left to right: for wide windows, paper and the documentation.
import type { Evidence } from "../../evidence.ts";
import type { Topology } from "../../topology.ts";
import type { Drawing } from "../figure.ts";
import { connectionClass, type Direction, endMark, numberDisc } from "../marks.ts";
import { element, type Markup, visibleText } from "../markup.ts";
import { type Lane, laneLabel, laneStatus } from "./lanes.ts";
import { type Box, layOutNetwork, numberRoom, type PlacedLane, type PlacedNode, type Point } from "./layout.ts";

export function drawWideNetwork(topology: Topology, evidence: Evidence): Drawing {
  const { width, height, nodes, lanes } = layOutNetwork(topology, evidence);
  const all = lanes.map((placed) => placed.lane);
  const wires = nodes.filter((placed) => placed.node.kind === "wire");
  const boxes = nodes.filter((placed) => placed.node.kind === "host" || placed.node.kind === "router");
  return {
    width,
    height,
    content: [...wires.map(drawWire), ...boxes.map(drawBox), ...lanes.map((placed) => drawLane(placed, all))],
  };
}

function drawWire({ x, y, width, height, titleLines }: PlacedNode): Markup {
  const middle = x + width / 2;
  return element(
    "g",
    { class: "wire" },
    element("rect", { x, y: y + 6, width, height: height - 12 }),
    titleLines.map((line, index) =>
      element("text", { x: middle, y: y + 24 + index * 16, class: "title", "text-anchor": "middle" }, line),
    ),
  );
}

function drawBox({ node, x, y, width, height, titleLines }: PlacedNode): Markup {
  const lines = [
    { class: "name", text: visibleText(node.name) },
    ...titleLines.map((text) => ({ class: "title", text })),
    ...node.addresses.map((text) => ({ class: "address", text })),
  ];
  return element(
    "g",
    { class: `box ${node.kind}` },
    element("rect", { x, y, width, height, rx: 8 }),
    lines.map((line, index) => element("text", { x: x + 11, y: y + 20 + index * 16, class: line.class }, line.text)),
  );
}

function drawLane({ lane, points, meant, behind }: PlacedLane, lanes: readonly Lane[]): Markup {
  const start = points[0];
  const end = points.at(-1);
  if (start === undefined || end === undefined) return element("g", {});
  const next = [...points, ...meant].find((point) => point.x !== start.x);
  const isLeftward = next !== undefined && next.x < start.x;
  const side = isLeftward ? -1 : 1;
  const { connection, number } = lane;
  const textX = start.x + side * (numberRoom + (connection.result === "failed" ? 16 : 0));
  const isTube = connection.role === "ssh" && connection.result === "made" && points.length === 2;
  return element(
    "g",
    { class: `lane ${connectionClass(connection)}` },
    meant.length > 1 && connection.result !== "made"
      ? element("path", { class: "meant", d: pathData(meant, behind) })
      : undefined,
    isTube ? tube(start, end) : element("path", { class: "line", d: pathData(points, behind) }),
    isTube
      ? undefined
      : endMark(connection.result, end.x + (points.length === 1 ? side * 18 : 0), end.y, directionOf(points, side)),
    numberDisc(number, start.x + side * (connection.result === "failed" ? 30 : 14), start.y),
    laneText(laneLabel(lane, lanes), textX, start.y + (isTube ? 4 : -8), isLeftward, "label"),
    laneText(laneStatus(lane), textX, start.y + 17, isLeftward, "status"),
  );
}

function laneText(text: string, x: number, y: number, isLeftward: boolean, name: string): Markup | undefined {
  if (text === "") return undefined;
  return element("text", { x, y, class: name, "text-anchor": isLeftward ? "end" : undefined }, text);
}

function tube(start: Point, end: Point): Markup {
  const x = Math.min(start.x, end.x);
  return element("rect", { class: "tube", x, y: start.y - 14, width: Math.abs(end.x - start.x), height: 28, rx: 14 });
}

/** A way in right angles, without what is behind boxes. */
function pathData(points: readonly Point[], behind: readonly Box[]): string {
  return points
    .flatMap((point, index) => {
      const next = points[index + 1];
      return next === undefined ? [] : cut(point, next, behind);
    })
    .map(([from, to]) => `M${round(from.x)} ${round(from.y)} L${round(to.x)} ${round(to.y)}`)
    .join(" ");
}

/** The pieces of one straight stretch that can be seen. */
function cut(from: Point, to: Point, behind: readonly Box[]): (readonly [Point, Point])[] {
  if (from.y !== to.y) return [[from, to]];
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
  const boxes = behind.filter((box) => box.x < right && box.x + box.width > left).sort((one, other) => one.x - other.x);
  const edges = [left, ...boxes.flatMap((box) => [box.x, box.x + box.width]), right];
  return edges.flatMap((x, index) => {
    const next = edges[index + 1];
    return index % 2 === 1 || next === undefined || next <= x
      ? []
      : [
          [
            { x, y: from.y },
            { x: next, y: from.y },
          ] as const,
        ];
  });
}

const round = (value: number): number => Math.round(value * 10) / 10;

function directionOf(points: readonly Point[], side: number): Direction {
  const [before, end] = points.slice(-2);
  if (before === undefined || end === undefined) return side < 0 ? "left" : "right";
  if (before.x === end.x) return before.y < end.y ? "down" : "up";
  return before.x < end.x ? "right" : "left";
}

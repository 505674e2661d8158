// The network figure from top to bottom: for narrow windows. Lanes have numbers only; the list below the figure has the words.
import type { Evidence } from "../../evidence.ts";
import type { Topology } from "../../topology.ts";
import type { Drawing } from "../figure.ts";
import { connectionClass, endMark, numberDisc } from "../marks.ts";
import { element, type Markup, visibleText } from "../markup.ts";
import { wrapText } from "../text-width.ts";
import { type Lane, lanesOf } from "./lanes.ts";
import { sizes } from "./layout.ts";
import { growTree, preorder, type TreeNode } from "./tree.ts";

/** Fits beside the margins of a page 390 pixels wide. */
const widthMin = 358;
const textWidthMax = 146;
const lanePitch = 26;
const lineHeight = 16;
const loopHeight = 62;

interface Row {
  readonly node: TreeNode;
  readonly y: number;
  readonly height: number;
  readonly titleLines: readonly string[];
}

export function drawUprightNetwork(topology: Topology, evidence: Evidence): Drawing {
  const tree = growTree(topology);
  const rows = stack(preorder(tree));
  const lanes = lanesOf(topology, evidence, tree);
  const columns = laneColumns(lanes, rows);
  const width = Math.max(widthMin, textWidthMax + 44 + lanePitch * (Math.max(0, ...columns) + 1));
  const last = rows.at(-1);
  return {
    width,
    height: last === undefined ? 0 : last.y + last.height + 2,
    content: [
      ...rows.filter(({ node }) => node.kind === "wire").map((row) => drawRow(row, width)),
      ...rows.filter(({ node }) => isBox(node)).map((row) => drawRow(row, width)),
      ...lanes.map((lane, index) => drawLane(lane, rows, textWidthMax + 40 + lanePitch * (columns[index] ?? 0))),
    ],
  };
}

const isBox = ({ kind }: TreeNode): boolean => kind === "host" || kind === "router";

function stack(nodes: readonly TreeNode[]): Row[] {
  let bottom = 2;
  return nodes.map((node) => {
    const isWire = node.kind === "wire";
    const titleLines =
      node.title === "" ? [] : wrapText(visibleText(node.title), textWidthMax - 12, sizes.title, "sans");
    const lines = titleLines.length + (isWire ? 0 : 1 + node.addresses.length);
    const height =
      node.kind === "gap" ? 14 : Math.max(lines * lineHeight + (isWire ? 18 : 14), isWire ? 44 : loopHeight);
    bottom += height;
    return { node, y: bottom - height, height, titleLines };
  });
}

/** The first column in which nothing before it lies on the way. */
function laneColumns(lanes: readonly Lane[], rows: readonly Row[]): number[] {
  const taken: { readonly first: number; readonly last: number; readonly column: number }[] = [];
  return lanes.map((lane) => {
    const ends = [lane.path[0], lane.path.at(-1)].map((node) => rows.findIndex((row) => row.node === node));
    const [first, last] = [Math.min(...ends), Math.max(...ends)];
    const before = taken.filter((other) => other.first <= last && other.last >= first).map((other) => other.column);
    const column = Math.max(-1, ...before) + 1;
    taken.push({ first, last, column });
    return column;
  });
}

function drawRow({ node, y, height, titleLines }: Row, width: number): Markup {
  const isWire = node.kind === "wire";
  const lines = [
    ...(isWire ? [] : [{ class: "name", text: visibleText(node.name) }]),
    ...titleLines.map((text) => ({ class: "title", text })),
    ...node.addresses.map((text) => ({ class: "address", text })),
  ];
  return element(
    "g",
    { class: isWire ? "wire" : `box ${node.kind}` },
    isWire
      ? element("rect", { x: 7, y, width: width - 14, height })
      : element("rect", { x: 1, y, width: width - 2, height, rx: 8 }),
    lines.map((line, index) =>
      element("text", { x: 12, y: y + (isWire ? 24 : 20) + index * lineHeight, class: line.class }, line.text),
    ),
  );
}

function drawLane(lane: Lane, rows: readonly Row[], x: number): Markup {
  const { connection, number, path, end } = lane;
  const from = rows.find((row) => row.node === path[0]);
  const to = rows.find((row) => row.node === path.at(-1));
  const stop = rows.find((row) => row.node === path[end]);
  if (from === undefined || to === undefined || stop === undefined) return element("g", {});
  const isLoop = from === to;
  const isStopped = stop !== to && stop !== from;
  // A way around that is stopped where the branches part goes there, and not on.
  const isDown = isLoop || (isStopped ? stop : to).y > from.y;
  const goesOn = (to.y - stop.y) * (isDown ? 1 : -1) > 0;
  const leaving = isLoop ? from.y + 4 : isDown ? from.y + from.height : from.y;
  const reaching = (row: Row): number =>
    isLoop
      ? row.y + row.height - 5
      : row.node.kind === "wire"
        ? row.y + row.height / 2
        : isDown
          ? row.y
          : row.y + row.height;
  const side = isDown ? 1 : -1;
  const stopY = end === 0 && !isLoop ? leaving : reaching(stop);
  const bypassed = rows.filter(({ node }) => isBox(node) && (!path.includes(node) || lane.bypassed.includes(node)));
  const isTube = connection.role === "ssh" && connection.result === "made" && !isLoop;
  const hasFailed = connection.result === "failed";
  const wall = hasFailed ? leaving + side * 18 : stopY;
  return element(
    "g",
    { class: `lane ${connectionClass(connection)}` },
    connection.result === "made" || !goesOn
      ? undefined
      : element("path", { class: "meant", d: segments(x, stopY, reaching(to), bypassed) }),
    isTube
      ? element("rect", {
          class: "tube",
          x: x - 12,
          y: Math.min(leaving, stopY),
          width: 24,
          height: Math.abs(stopY - leaving),
          rx: 12,
        })
      : element("path", { class: "line", d: segments(x, leaving, hasFailed ? wall : stopY, bypassed) }),
    isTube ? undefined : endMark(connection.result, x, wall, isDown ? "down" : "up"),
    numberDisc(number, x, leaving + side * (hasFailed ? 30 : 12)),
  );
}

/** A vertical line that passes behind the boxes which it has nothing to do with. */
function segments(x: number, fromY: number, toY: number, behind: readonly Row[]): string {
  const [top, bottom] = [Math.min(fromY, toY), Math.max(fromY, toY)];
  const cuts = behind.filter((row) => row.y < bottom && row.y + row.height > top);
  let y = top;
  const parts: string[] = [];
  for (const row of cuts) {
    if (row.y > y) parts.push(`M${x} ${y} V${row.y}`);
    y = Math.max(y, row.y + row.height);
  }
  if (bottom > y) parts.push(`M${x} ${y} V${bottom}`);
  return parts.join(" ");
}

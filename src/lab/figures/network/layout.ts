// Places of hosts, routers, wires and lanes in the wide figure: columns by depth, strips by leaves. Deterministic.
import type { Evidence } from "../../evidence.ts";
import type { Topology } from "../../topology.ts";
import { visibleText } from "../markup.ts";
import { wrapText } from "../text-width.ts";
import { type Column, columnsOf } from "./columns.ts";
import { type Lane, lanesOf } from "./lanes.ts";
import { assignRows, isAround, type Place } from "./rows.ts";
import { sizes } from "./sizes.ts";
import { growTree, type TreeNode } from "./tree.ts";

const margin = 10;
const rowHeight = 48;
const stripGap = 18;
const lineHeight = 16;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedNode extends Box {
  readonly node: TreeNode;
  readonly titleLines: readonly string[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedLane {
  readonly lane: Lane;
  /** From the host that connects to where the connection ends: two points, or four for a way around. */
  readonly points: readonly Point[];
  /** Where it would have gone on to. */
  readonly meant: readonly Point[];
  /** Boxes behind which it passes. */
  readonly behind: readonly Box[];
}

export interface NetworkLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly lanes: readonly PlacedLane[];
}

export function layOutNetwork(topology: Topology, evidence: Evidence): NetworkLayout {
  const tree = growTree(topology);
  const lanes = lanesOf(topology, evidence, tree);
  const columns = columnsOf(tree, lanes, margin);
  const strips = Math.max(...tree.map((node) => node.lastStrip)) + 1;
  const rows = assignRows(lanes, strips);
  const headers = Array.from({ length: strips }, (_, strip) => headerHeight(tree, columns, strip));
  const tops: number[] = [];
  let bottom: number = margin;
  for (const [strip, count] of rows.counts.entries()) {
    tops.push(bottom);
    bottom += (headers[strip] ?? 0) + count * rowHeight + stripGap;
  }
  const stripBottom = (strip: number): number => (tops[strip + 1] ?? bottom) - stripGap;
  const nodes = tree.map((node) => {
    const { x, width } = columnOf(columns, node);
    const y = tops[node.firstStrip] ?? 0;
    return { node, x, y, width, height: stripBottom(node.lastStrip) - y, titleLines: titleLines(node, width) };
  });
  const yOf = (place: Place): number =>
    (tops[place.strip] ?? 0) + (headers[place.strip] ?? 0) + (place.row + 0.5) * rowHeight + 2;
  const last = columns.at(-1);
  return {
    width: last === undefined ? 0 : last.x + last.width + margin,
    height: bottom - stripGap + margin,
    nodes,
    lanes: lanes.map((lane) => {
      const place = rows.places.get(lane);
      const [from, to] = [place?.from, place?.to].map((one) => yOf(one ?? { strip: 0, row: 0 }));
      const behind = nodes.filter(({ node }) => lane.bypassed.includes(node));
      return { ...placeLane(lane, columns, from ?? 0, to ?? 0), behind };
    }),
  };
}

/** Title of a host or wire as it is broken into lines in its box. */
function titleLines(node: TreeNode, width: number): string[] {
  return node.title === "" ? [] : wrapText(visibleText(node.title), width - 20, sizes.title, "sans");
}

function headerHeight(tree: readonly TreeNode[], columns: readonly Column[], strip: number): number {
  const heights = tree
    .filter((node) => node.firstStrip === strip)
    .map((node) => {
      const titles = titleLines(node, columnOf(columns, node).width).length;
      return 14 + lineHeight * (node.kind === "wire" ? titles : 1 + titles + node.addresses.length);
    });
  return Math.max(0, ...heights);
}

const columnOf = (columns: readonly Column[], node: TreeNode): Column => columns[node.depth] ?? { x: 0, width: 0 };

function placeLane(lane: Lane, columns: readonly Column[], fromY: number, toY: number): Omit<PlacedLane, "behind"> {
  const from = lane.path[0];
  const to = lane.path.at(-1);
  if (from === undefined || to === undefined) return { lane, points: [], meant: [] };
  const home = columnOf(columns, from);
  if (from === to) {
    const points = [home.x + 12, home.x + home.width - 14].map((x) => ({ x, y: fromY }));
    return { lane, points: lane.connection.result === "failed" ? points.slice(0, 1) : points, meant: points };
  }
  if (isAround(lane)) return { lane, ...aroundPoints(lane, columns, fromY, toY) };
  const isRightward = to.depth > from.depth;
  const edge = (node: TreeNode, isNear: boolean): number => {
    const column = columnOf(columns, node);
    if (node.kind === "wire") return column.x + column.width / 2;
    return isNear === isRightward ? column.x : column.x + column.width;
  };
  const start = { x: edge(from, false), y: fromY };
  const stop = lane.path[lane.end] ?? to;
  const target = { x: edge(to, true), y: fromY };
  if (lane.end === 0) return { lane, points: [start], meant: [start, target] };
  const end = { x: edge(stop, true), y: fromY };
  return { lane, points: [start, end], meant: [end, target] };
}

/** Out to the left, down or up in the column where the branches part, and to the right again. */
function aroundPoints(
  lane: Lane,
  columns: readonly Column[],
  fromY: number,
  toY: number,
): Pick<PlacedLane, "points" | "meant"> {
  const least = lane.path.reduce((one, other) => (other.depth < one.depth ? other : one));
  const turn = columnOf(columns, least);
  const [fromX, toX] = [lane.path[0] ?? least, lane.path.at(-1) ?? least].map((node) => columnOf(columns, node).x);
  const x = turn.x + turn.width - 16 - 10 * (lane.number % 4);
  const way = [
    { x: fromX ?? 0, y: fromY },
    { x, y: fromY },
    { x, y: toY },
    { x: toX ?? 0, y: toY },
  ];
  if (lane.connection.result === "failed") return { points: way.slice(0, 1), meant: way };
  if (lane.end === lane.path.length - 1) return { points: way, meant: [] };
  return {
    points: [...way.slice(0, 2), { x, y: (fromY + toY) / 2 }],
    meant: [{ x, y: (fromY + toY) / 2 }, ...way.slice(2)],
  };
}

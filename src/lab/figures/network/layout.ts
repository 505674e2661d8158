// Places of hosts, routers, wires and lanes in the wide figure: columns by depth, strips by leaves. Deterministic.
import type { Evidence } from "../../evidence.ts";
import type { Topology } from "../../topology.ts";
import { visibleText } from "../markup.ts";
import { textWidth, wrapText } from "../text-width.ts";
import { type Lane, laneLabel, lanesOf } from "./lanes.ts";
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

interface NetworkLayout {
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

// Font sizes of the network figures, and what a lane's label needs.
/** CSS pixels in the figure's own scale. */
export const sizes = { name: 14, title: 12, address: 11.5, label: 12, number: 11.5 } as const;

/** Room for the number of a lane, before its label. */
export const numberRoom = 28;

function labelWidth(text: string): number {
  return numberRoom + textWidth(text, sizes.label, "mono");
}

// Gives every lane a row in a strip, so that no two lie upon each other and those that meet a host stand in order of time.
interface Place {
  readonly strip: number;
  readonly row: number;
}

interface Rows {
  /** Where a lane begins and where it ends; the same place, but for a way around from one branch into another. */
  readonly places: ReadonlyMap<Lane, { readonly from: Place; readonly to: Place }>;
  /** Rows of each strip, at least one. */
  readonly counts: readonly number[];
}

interface Stretch {
  readonly strip: number;
  readonly first: number;
  readonly last: number;
}

function assignRows(lanes: readonly Lane[], strips: number): Rows {
  const taken: (Stretch & { row: number })[] = [];
  const put = (stretch: Stretch): Place => {
    const before = taken.filter(
      (other) => other.strip === stretch.strip && other.first <= stretch.last && other.last >= stretch.first,
    );
    const row = Math.max(-1, ...before.map((other) => other.row)) + 1;
    taken.push({ ...stretch, row });
    return { strip: stretch.strip, row };
  };
  const ways = lanes.map((lane) => ({ lane, ...stretchesOf(lane) }));
  // A way around comes in at the top of the lower strip and leaves at the bottom of the upper one: then it crosses nothing.
  const lower = new Map(ways.flatMap((way) => (way.lower === undefined ? [] : [[way.lane, put(way.lower)] as const])));
  const straight = new Map(
    ways.flatMap((way) => (way.lower === undefined ? [[way.lane, put(way.upper)] as const] : [])),
  );
  const upper = new Map(ways.flatMap((way) => (way.lower === undefined ? [] : [[way.lane, put(way.upper)] as const])));
  const places = new Map(
    ways.map(({ lane, startsAbove }) => {
      const above = upper.get(lane) ?? straight.get(lane) ?? { strip: 0, row: 0 };
      const below = lower.get(lane) ?? above;
      return [lane, startsAbove ? { from: above, to: below } : { from: below, to: above }] as const;
    }),
  );
  const counts = Array.from({ length: strips }, (_, strip) =>
    Math.max(1, ...taken.filter((stretch) => stretch.strip === strip).map((stretch) => stretch.row + 1)),
  );
  return { places, counts };
}

function stretchesOf(lane: Lane): { upper: Stretch; lower: Stretch | undefined; startsAbove: boolean } {
  const from = lane.path[0];
  const to = lane.path.at(-1);
  if (from === undefined || to === undefined)
    return { upper: { strip: 0, first: 0, last: 0 }, lower: undefined, startsAbove: true };
  const depths = lane.path.map((node) => node.depth);
  const span = { first: Math.min(...depths), last: Math.max(...depths) };
  const deeper = to.depth > from.depth ? to : from;
  if (isAround(lane)) {
    const startsAbove = from.firstStrip < to.firstStrip;
    const [above, below] = startsAbove ? [from, to] : [to, from];
    const stretchTo = (node: TreeNode): Stretch => ({ strip: node.firstStrip, first: span.first, last: node.depth });
    return { upper: stretchTo(above), lower: stretchTo(below), startsAbove };
  }
  return { upper: { strip: deeper.firstStrip, ...span }, lower: undefined, startsAbove: true };
}

/** From one branch of the tree into another: neither end lies on the other's way to the root. */
function isAround(lane: Lane): boolean {
  const least = Math.min(...lane.path.map((node) => node.depth));
  return lane.path[0]?.depth !== least && lane.path.at(-1)?.depth !== least;
}

// Widths of the wide figure's columns: boxes by what is written in them, wires by what is written over the lanes.
interface Column {
  readonly x: number;
  readonly width: number;
}

/** A figure of few columns is made as wide as this, so that pages of several are of one width. */
const wishedWidth = 980;
const wireWidthMin = 104;
const wireWidthMax = 380;
const gapWidth = 30;
const boxWidths = { host: { min: 150, max: 300 }, router: { min: 116, max: 200 } } as const;

/** One column for each depth of the tree; `margin` to the left of the first. */
function columnsOf(tree: readonly TreeNode[], lanes: readonly Lane[], margin: number): Column[] {
  const depths = Math.max(...tree.map((node) => node.depth)) + 1;
  const boxes = Array.from({ length: depths }, (_, depth) =>
    Math.max(0, ...tree.filter((node) => node.depth === depth).map((node) => boxWidth(node, lanes))),
  );
  const wires = boxes.filter((width) => width === 0).length;
  const taken = boxes.reduce((sum, width) => sum + width, 2 * margin);
  const spare = wires === 0 ? 0 : (wishedWidth - taken) / wires;
  const wireWidth = Math.max(
    wireWidthMin,
    Math.min(spare, wireWidthMax),
    ...lanes.map((lane) => wireNeed(lane, lanes, boxes)),
  );
  let x = margin;
  return boxes.map((box) => {
    // Whole pixels: what touches then does not overlap.
    const width = Math.ceil(box === 0 ? wireWidth : box);
    x += width;
    return { x: x - width, width };
  });
}

function boxWidth(node: TreeNode, lanes: readonly Lane[]): number {
  if (node.kind === "wire") return 0;
  if (node.kind === "gap") return gapWidth;
  const { min, max } = boxWidths[node.kind];
  const texts = [
    textWidth(visibleText(node.name), sizes.name, "bold") + 20,
    Math.min(max, textWidth(visibleText(node.title), sizes.title, "sans") + 24),
    ...node.addresses.map((address) => textWidth(address, sizes.address, "mono") + 20),
    ...lanes
      .filter((lane) => lane.path.length === 1 && lane.path[0] === node)
      .map((lane) => labelWidth(visibleText(laneLabel(lane, lanes))) + 24),
  ];
  return Math.max(min, ...texts);
}

/** How wide each wire on a lane's way has to be so that its label fits over them and the boxes between, before it ends. */
function wireNeed(lane: Lane, lanes: readonly Lane[], boxes: readonly number[]): number {
  const isStopped = lane.end > 0 && lane.end < lane.path.length - 1;
  const depths = (isStopped ? lane.path.slice(0, lane.end + 1) : lane.path).map((node) => node.depth);
  // A way around turns in the column where the branches part.
  const crossed = boxes.slice(Math.min(...depths) + (isAround(lane) ? 0 : 1), Math.max(...depths));
  const wires = crossed.filter((width) => width === 0).length;
  if (wires === 0) return 0;
  const between = crossed.reduce((sum, width) => sum + width, 0);
  return (labelWidth(visibleText(laneLabel(lane, lanes))) + 16 - between) / wires;
}

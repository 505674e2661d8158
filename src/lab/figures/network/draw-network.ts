// The network figure: hosts and routers in a row, and the connections between them, each on its lane. From left to right for
// wide windows, paper and the documentation; from top to bottom for narrow windows, where the list below has the words.
import type { Evidence } from "../../evidence.ts";
import type { Topology } from "../../topology.ts";
import type { Drawing } from "../figure.ts";
import { connectionClass, type Direction, endMark, numberDisc } from "../marks.ts";
import { element, type Markup, visibleText } from "../markup.ts";
import { textWidth, wrapText } from "../text-width.ts";
import { type Lane, laneLabel, laneStatus, lanesOf, type NetworkNode, nodesInOrder } from "./lanes.ts";

/** Font sizes in CSS pixels of the figure's own scale. */
const sizes = { name: 14, title: 12, address: 11.5, label: 12 } as const;
const lineHeight = 16;
const margin = 10;
/** Room for the number of a lane, before its label. */
const numberRoom = 28;

/** Where a node is along the lanes. */
interface Extent {
  readonly start: number;
  readonly end: number;
}

interface TextLine {
  readonly class: "name" | "title" | "address";
  readonly text: string;
}

/** A figure before it is drawn. `along` is the direction of the lanes, `across` the other one. */
interface Layout {
  readonly isWide: boolean;
  readonly nodes: readonly NetworkNode[];
  readonly lines: readonly (readonly TextLine[])[];
  readonly extents: readonly Extent[];
  readonly lanes: readonly Lane[];
  /** Of a lane, across. */
  readonly laneAt: (lane: Lane) => number;
  readonly length: number;
  /** Of the boxes, across. */
  readonly boxes: Extent;
}

export function drawWideNetwork(topology: Topology, evidence: Evidence): Drawing {
  const nodes = nodesInOrder(topology);
  const lanes = lanesOf(topology, evidence);
  const widths = nodes.map((node, index) =>
    boxWidth(
      node,
      lanes.filter(({ from, to }) => from === index && to === index),
      lanes,
    ),
  );
  const bars = barsOf(topology, nodes);
  const extents = placeInRow(widths, gapWidths(widths, lanes, bars), margin);
  const lines = nodes.map((node, index) => linesOf(node, (widths[index] ?? 0) - 20));
  const top = margin + barHeight * (Math.max(-1, ...bars.map(({ level }) => level)) + 1);
  const header = 14 + lineHeight * Math.max(0, ...lines.map(({ length }) => length));
  const rows = Math.max(0, ...lanes.map(({ row }) => row)) + 1;
  const bottom = top + header + rows * rowHeight + 6;
  const layout: Layout = {
    isWide: true,
    nodes,
    lines,
    extents,
    lanes,
    laneAt: ({ row }) => top + header + (row + 0.5) * rowHeight + 2,
    length: (extents.at(-1)?.end ?? 0) + margin,
    boxes: { start: top, end: bottom },
  };
  return {
    width: layout.length,
    height: bottom + margin,
    content: [...bars.map((bar) => drawBar(bar, extents, top)), ...drawNodesAndLanes(layout)],
  };
}

export function drawUprightNetwork(topology: Topology, evidence: Evidence): Drawing {
  const nodes = nodesInOrder(topology);
  const titles = new Map(topology.wires.map(({ name, title }) => [name, title]));
  const lines = nodes.map((node) => linesOf(node, upright.textWidth - 12, titles));
  const lanes = lanesOf(topology, evidence);
  const heights = lines.map(({ length }) => Math.max(length * lineHeight + 14, upright.boxHeightMin));
  const gaps = heights.map(() => upright.gap);
  const extents = placeInRow(heights, gaps, 2);
  const columns = Math.max(0, ...lanes.map(({ row }) => row)) + 1;
  const width = Math.max(upright.widthMin, upright.textWidth + 44 + upright.lanePitch * columns);
  const length = (extents.at(-1)?.end ?? 0) + 2;
  const layout: Layout = {
    isWide: false,
    nodes,
    lines,
    extents,
    lanes,
    laneAt: ({ row }) => upright.textWidth + 40 + upright.lanePitch * row,
    length,
    boxes: { start: 1, end: width - 1 },
  };
  return { width, height: length, content: drawNodesAndLanes(layout) };
}

/** `widthMin`: fits beside the margins of a page 390 pixels wide. */
const upright = { widthMin: 358, textWidth: 146, lanePitch: 26, boxHeightMin: 62, gap: 44 } as const;

/** Name, title and addresses of a box, and with `wires` which networks these are in. */
function linesOf(node: NetworkNode, width: number, wires?: ReadonlyMap<string, string>): TextLine[] {
  const title = (text: string): TextLine[] =>
    text === ""
      ? []
      : wrapText(visibleText(text), width, sizes.title, "sans").map((line) => ({ class: "title", text: line }));
  return [
    { class: "name", text: visibleText(node.name) },
    ...title(node.title),
    ...Object.entries(node.attached).flatMap(([wire, address]): TextLine[] => [
      { class: "address", text: address },
      ...title(wires?.get(wire) ?? ""),
    ]),
  ];
}

/** One behind the other, with gaps between. */
function placeInRow(lengths: readonly number[], gaps: readonly number[], begin: number): Extent[] {
  let at = begin;
  return lengths.map((length, index) => {
    const start = at;
    at = start + length + (gaps[index] ?? 0);
    return { start, end: start + length };
  });
}

// Widths of the wide figure: boxes by what is written in them, the gaps between by what is written over the lanes.
const rowHeight = 48;
const boxWidths = { host: { min: 150, max: 300 }, router: { min: 116, max: 200 } } as const;
/** A figure of few boxes is made as wide as this, so that pages of several are of one width. */
const usualWidth = 980;
const gapWidthMin = 84;
const gapSpareMax = 300;

function boxWidth({ kind, name, title, attached }: NetworkNode, own: readonly Lane[], lanes: readonly Lane[]): number {
  const { min, max } = boxWidths[kind];
  return Math.ceil(
    Math.max(
      min,
      textWidth(visibleText(name), sizes.name, "bold") + 20,
      Math.min(max, textWidth(visibleText(title), sizes.title, "sans") + 24),
      ...Object.values(attached).map((address) => textWidth(address, sizes.address, "mono") + 20),
      ...own.map((lane) => labelWidth(lane, lanes) + 24),
    ),
  );
}

const labelWidth = (lane: Lane, lanes: readonly Lane[]): number =>
  numberRoom + textWidth(visibleText(laneLabel(lane, lanes)), sizes.label, "mono");

/** So wide that the labels of lanes fit before they end or go behind a box, and the titles of wires over their bars. */
function gapWidths(widths: readonly number[], lanes: readonly Lane[], bars: readonly Bar[]): number[] {
  const gaps = Array<number>(Math.max(0, widths.length - 1)).fill(gapWidthMin);
  const need = (from: number, to: number, width: number): void => {
    const [first, last] = [Math.ceil(Math.min(from, to)), Math.floor(Math.max(from, to))];
    const room = widths.slice(first + 1, last).reduce((sum, one) => sum + one, 0);
    const count = Math.max(1, last - first);
    for (let gap = first; gap < first + count; gap += 1) gaps[gap] = Math.max(gaps[gap] ?? 0, (width - room) / count);
  };
  for (const lane of lanes) {
    const { from, bypassed } = lane;
    const to = lane.stop === from ? lane.to : lane.stop;
    const before = to < from ? bypassed.at(-1) : bypassed[0];
    if (to !== from) need(from, before ?? to, labelWidth(lane, lanes) + 16);
  }
  for (const { from, to, title } of bars) {
    const halves = ((widths[from] ?? 0) + (widths[to] ?? 0)) / 2;
    if (to > from) need(from, to, textWidth(title, sizes.title, "sans") + 24 - halves);
  }
  const taken = [...widths, ...gaps].reduce((sum, one) => sum + one, 2 * margin);
  const spare = Math.max(0, Math.min((usualWidth - taken) / gaps.length, gapSpareMax));
  return gaps.map((gap) => Math.ceil(gap + spare));
}

// Wires of the wide figure: bars above the boxes, each from the first to the last box that is joined to it.
const barHeight = 34;

interface Bar {
  readonly title: string;
  readonly joined: readonly number[];
  readonly from: number;
  readonly to: number;
  /** Counted from the boxes upwards. */
  readonly level: number;
}

/** The shortest are next to the boxes. */
function barsOf({ wires }: Topology, nodes: readonly NetworkNode[]): Bar[] {
  const spans = wires.map(({ name, title }) => {
    const joined = nodes.flatMap(({ attached }, index) => (attached[name] === undefined ? [] : [index]));
    return { title: visibleText(title), joined, from: joined[0] ?? 0, to: joined.at(-1) ?? 0 };
  });
  const bars: Bar[] = [];
  for (const span of spans.sort((one, other) => one.to - one.from - (other.to - other.from))) {
    const before = bars.filter((bar) => bar.from < span.to && bar.to > span.from);
    bars.push({ ...span, level: Math.max(-1, ...before.map(({ level }) => level)) + 1 });
  }
  return bars;
}

function drawBar({ title, joined, from, to, level }: Bar, extents: readonly Extent[], top: number): Markup {
  // Bars of one level may meet at a box, and those of several levels pass it side by side.
  const middle = (index: number): number => ((extents[index]?.start ?? 0) + (extents[index]?.end ?? 0)) / 2;
  const [x, end] = [middle(from) + 8 + 10 * level, middle(to) - 8 - 10 * level];
  const y = top - barHeight * level - 14;
  return element(
    "g",
    { class: "wire" },
    element("rect", { x, y, width: Math.max(0, end - x), height: 6, rx: 3 }),
    joined.map((index) => {
      const at = index === from ? x + 3 : index === to ? end - 3 : middle(index);
      return element("path", { d: `M${at} ${y + 6} V${top}` });
    }),
    element("text", { x: (x + end) / 2, y: y - 5, class: "title", "text-anchor": "middle" }, title),
  );
}

function drawNodesAndLanes(layout: Layout): Markup[] {
  return [
    ...layout.nodes.map((node, index) => drawBox(node, index, layout)),
    ...layout.lanes.map((lane) => drawLane(lane, layout)),
  ];
}

function drawBox({ kind }: NetworkNode, index: number, { extents, lines, boxes, isWide }: Layout): Markup {
  const { start, end } = extents[index] ?? { start: 0, end: 0 };
  const rect = rectOf({ start, end }, boxes, isWide);
  return element(
    "g",
    { class: `box ${kind}` },
    element("rect", { ...rect, rx: 8 }),
    (lines[index] ?? []).map((line, row) =>
      element("text", { x: rect.x + 11, y: rect.y + 20 + row * lineHeight, class: line.class }, line.text),
    ),
  );
}

function rectOf(
  along: Extent,
  across: Extent,
  isWide: boolean,
): { x: number; y: number; width: number; height: number } {
  const [x, y] = isWide ? [along, across] : [across, along];
  return { x: x.start, y: y.start, width: x.end - x.start, height: y.end - y.start };
}

function drawLane(lane: Lane, layout: Layout): Markup {
  const { connection, number, from, to, stop, bypassed } = lane;
  const { isWide, extents, laneAt } = layout;
  const { result, role } = connection;
  const isLoop = from === to;
  const side = to < from ? -1 : 1;
  const leaving = isLoop ? (extents[from]?.start ?? 0) + (isWide ? 12 : 4) : edgeOf(extents, from, -side);
  const end = isLoop ? (extents[from]?.end ?? 0) - (isWide ? 14 : 5) : edgeOf(extents, to, side);
  const hasFailed = result === "failed";
  const stopped = hasFailed ? leaving + side * 18 : isLoop || stop === to ? end : edgeOf(extents, stop, side);
  const behind = bypassed.flatMap((index) => extents[index] ?? []);
  const across = laneAt(lane);
  const half = isWide ? 14 : 12;
  const isTube = role === "ssh" && result === "made" && !isLoop;
  const at = (along: number): { readonly x: number; readonly y: number } =>
    isWide ? { x: along, y: across } : { x: across, y: along };
  const path = (begin: number, finish: number): string => pathData(begin, finish, across, behind, isWide);
  const mark = at(stopped);
  const disc = at(leaving + side * (hasFailed ? 30 : isWide ? 14 : 12));
  return element(
    "g",
    { class: `lane ${connectionClass(connection)}` },
    result === "made" || stopped === end ? undefined : element("path", { class: "meant", d: path(stopped, end) }),
    isTube
      ? element("rect", {
          class: "tube",
          ...rectOf(inOrder(leaving, stopped), { start: across - half, end: across + half }, isWide),
          rx: half,
        })
      : element("path", { class: "line", d: path(leaving, stopped) }),
    isTube ? undefined : endMark(result, mark.x, mark.y, directions[isWide ? "wide" : "upright"][side]),
    numberDisc(number, disc.x, disc.y),
    isWide ? laneTexts(lane, layout.lanes, leaving, across, isTube) : undefined,
  );
}

const directions: Readonly<Record<"wide" | "upright", Readonly<Record<1 | -1, Direction>>>> = {
  wide: { 1: "right", [-1]: "left" },
  upright: { 1: "down", [-1]: "up" },
};

const inOrder = (one: number, other: number): Extent => ({ start: Math.min(one, other), end: Math.max(one, other) });

/** Where a lane meets a node that it goes towards (`side` 1: forwards), or the middle of the space between two. */
function edgeOf(extents: readonly Extent[], place: number, side: number): number {
  const [before, behind] = [extents[Math.floor(place)], extents[Math.ceil(place)]];
  if (before === undefined || behind === undefined) return 0;
  if (before !== behind) return (before.end + behind.start) / 2;
  return side > 0 ? before.start : before.end;
}

/** A straight line, without what is behind boxes. */
function pathData(begin: number, finish: number, across: number, behind: readonly Extent[], isWide: boolean): string {
  const { start, end } = inOrder(begin, finish);
  const cuts = behind.filter((box) => box.start < end && box.end > start);
  const edges = [start, ...cuts.flatMap((box) => [box.start, box.end]), end];
  return edges
    .flatMap((edge, index) => {
      const next = edges[index + 1];
      if (index % 2 === 1 || next === undefined || next <= edge) return [];
      return isWide ? [`M${edge} ${across} H${next}`] : [`M${across} ${edge} V${next}`];
    })
    .join(" ");
}

function laneTexts(lane: Lane, lanes: readonly Lane[], leaving: number, y: number, isTube: boolean): Markup[] {
  const side = lane.to < lane.from ? -1 : 1;
  const x = leaving + side * (numberRoom + (lane.connection.result === "failed" ? 16 : 0));
  const anchor = side < 0 ? "end" : undefined;
  const texts = [
    { class: "label", y: y + (isTube ? 4 : -8), text: laneLabel(lane, lanes) },
    { class: "status", y: y + 17, text: laneStatus(lane) },
  ];
  return texts.flatMap(({ text, ...place }) =>
    text === "" ? [] : [element("text", { x, ...place, "text-anchor": anchor }, text)],
  );
}

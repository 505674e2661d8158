// Widths of the wide figure's columns: boxes by what is written in them, wires by what is written over the lanes.
import { visibleText } from "../markup.ts";
import { textWidth } from "../text-width.ts";
import { type Lane, laneLabel } from "./lanes.ts";
import { isAround } from "./rows.ts";
import { labelWidth, sizes } from "./sizes.ts";
import type { TreeNode } from "./tree.ts";

export interface Column {
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
export function columnsOf(tree: readonly TreeNode[], lanes: readonly Lane[], margin: number): Column[] {
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

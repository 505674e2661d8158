// Gives every lane a row in a strip, so that no two lie upon each other and those that meet a host stand in order of time.
import type { Lane } from "./lanes.ts";
import type { TreeNode } from "./tree.ts";

export interface Place {
  readonly strip: number;
  readonly row: number;
}

export interface Rows {
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

export function assignRows(lanes: readonly Lane[], strips: number): Rows {
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
export function isAround(lane: Lane): boolean {
  const least = Math.min(...lane.path.map((node) => node.depth));
  return lane.path[0]?.depth !== least && lane.path.at(-1)?.depth !== least;
}

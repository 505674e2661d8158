// The nodes of a topology from left to right: by their distance from the first host.
import type { Topology } from "../../lab/topology.ts";

export interface FigureNode {
  readonly name: string;
  readonly isRouter: boolean;
  /** Without their prefixes. */
  readonly addresses: readonly string[];
}

interface Placed extends FigureNode {
  readonly wires: readonly string[];
}

export function nodesInOrder({ hosts, routers }: Topology): readonly FigureNode[] {
  const placed = [
    ...hosts.map((plan): Placed => ({ ...nodeOf(plan), isRouter: false })),
    ...routers.map((plan): Placed => ({ ...nodeOf(plan), isRouter: true })),
  ];
  const distances = new Map<Placed, number>();
  let frontier = placed.slice(0, 1);
  for (let distance = 0; frontier.length > 0; distance += 1) {
    for (const node of frontier) distances.set(node, distance);
    const wires = new Set(frontier.flatMap((node) => node.wires));
    frontier = placed.filter((node) => !distances.has(node) && node.wires.some((wire) => wires.has(wire)));
  }
  const distanceOf = (node: Placed): number => distances.get(node) ?? placed.length;
  return placed.sort((a, b) => distanceOf(a) - distanceOf(b));
}

type Plan = Topology["hosts"][number] | Topology["routers"][number];

const nodeOf = ({ name, attached }: Plan): Omit<Placed, "isRouter"> => ({
  name,
  wires: Object.keys(attached),
  addresses: Object.values(attached).map((address) => address.split("/")[0] ?? ""),
});

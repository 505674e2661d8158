// The hosts and routers that a connection meets on its way: the shortest way on which only routers pass things on.
import type { Topology } from "../../topology.ts";

interface Station {
  readonly name: string;
  readonly attached: Readonly<Record<string, string>>;
  readonly passesOn: boolean;
}

/** Names from `from` to `to`, both included; undefined where there is no way. */
export function routeBetween(topology: Topology, from: string, to: string): string[] | undefined {
  const stations: readonly Station[] = [
    ...topology.hosts.map(({ name, attached }) => ({ name, attached, passesOn: false })),
    ...topology.routers.map(({ name, attached }) => ({ name, attached, passesOn: true })),
  ];
  const ways: string[][] = [[from]];
  const met = new Set([from]);
  for (const way of ways) {
    const last = stations.find(({ name }) => name === way.at(-1));
    if (last === undefined || last.name === to) return last === undefined ? undefined : way;
    if (last.name !== from && !last.passesOn) continue;
    for (const next of stations) {
      const isNeighbour = Object.keys(next.attached).some((wire) => last.attached[wire] !== undefined);
      if (!isNeighbour || met.has(next.name)) continue;
      met.add(next.name);
      ways.push([...way, next.name]);
    }
  }
  return undefined;
}

// Which way each connection of the evidence goes through the tree, and how far it comes.
import type { Evidence } from "../../evidence.ts";
import type { Topology } from "../../topology.ts";
import { type ConnectionEvent, connectionsOf, isOpen } from "../marks.ts";
import { pathBetween, type TreeNode } from "./tree.ts";

export interface Lane {
  /** From 1, in the order of time: the same in the figure, its list and the sequence diagram. */
  readonly number: number;
  readonly connection: ConnectionEvent;
  /** From the host that connects towards the one that is meant, along the tree, wires and routers included. */
  readonly path: readonly TreeNode[];
  /** Index in `path` of where it ends: the last one when it was made. */
  readonly end: number;
  /** Hosts and routers that stand before it, and with which it has nothing to do. */
  readonly bypassed: readonly TreeNode[];
}

/** One lane for each connection, in their order. */
export function lanesOf(topology: Topology, evidence: Evidence, tree: readonly TreeNode[]): Lane[] {
  return connectionsOf(evidence).map((connection, index) => {
    const { path, stations } = pathOf(connection, topology, tree);
    const bypassed = path.filter(
      ({ kind, name }) => (kind === "host" || kind === "router") && !stations.includes(name),
    );
    return { number: index + 1, connection, path, end: endOf(connection, path), bypassed };
  });
}

interface Way {
  readonly path: readonly TreeNode[];
  /** Names of hosts and routers that it meets. */
  readonly stations: readonly string[];
}

function pathOf(connection: ConnectionEvent, topology: Topology, tree: readonly TreeNode[]): Way {
  const { fromHost, toHost, stoppedAt } = connection;
  const find = (name: string | undefined): TreeNode | undefined =>
    tree.find((node) => (node.kind === "host" || node.kind === "router") && node.name === name);
  const from = find(fromHost) ?? tree[0];
  if (from === undefined) return { path: [], stations: [] };
  const meant = routeBetween(topology, fromHost, toHost);
  // Where it was stopped off that way, or nobody has the address: as far as it came.
  const isOff = stoppedAt !== undefined && !meant?.includes(stoppedAt);
  const stations = isOff ? routeBetween(topology, fromHost, stoppedAt) : meant;
  const to = find(stations?.at(-1));
  const path = to === undefined ? undefined : pathBetween(from, to);
  if (path !== undefined) return { path, stations: stations ?? [] };
  const wire = from.children[0] ?? from.parent;
  return { path: wire === undefined ? [from] : [from, wire], stations: [from.name] };
}

function endOf(connection: ConnectionEvent, path: readonly TreeNode[]): number {
  const last = path.length - 1;
  if (connection.result === "failed") return 0;
  const stopped = path.findIndex((node) => node.name === connection.stoppedAt);
  if (connection.result === "made" || connection.result === "refused") return stopped > 0 ? stopped : last;
  return stopped >= 0 ? stopped : Math.max(0, last - 1);
}

const roleWords = { control: "control", data: "data", ssh: "SSH", forwarded: "from sshd" } as const;

/** What is written along it: `data → 10.0.0.2:50123`; of SSH, what goes through it. */
export function laneLabel(lane: Lane, lanes: readonly Lane[]): string {
  const { role, to, result } = lane.connection;
  if (role !== "ssh" || result !== "made") return `${roleWords[role]} → ${to}`;
  const carried = carriedBy(lane, lanes);
  return carried.length === 0 ? "SSH" : `SSH: ${carried.join(" and ")}`;
}

/** What goes through an SSH connection, as it comes out at its ends: `control`, `data`. */
function carriedBy(ssh: Lane, lanes: readonly Lane[]): string[] {
  const next = lanes.find(({ number, connection }) => number > ssh.number && isSameSsh(connection, ssh.connection));
  const kinds = lanes
    .filter(({ number }) => number > ssh.number && number < (next?.number ?? Number.POSITIVE_INFINITY))
    .flatMap(({ connection }) => carriedKind(connection, ssh.connection));
  return (["control", "data"] as const).filter((kind) => kinds.includes(kind));
}

const isSameSsh = (one: ConnectionEvent, other: ConnectionEvent): boolean =>
  one.role === "ssh" && one.result === "made" && one.fromHost === other.fromHost && one.toHost === other.toHost;

function carriedKind(connection: ConnectionEvent, ssh: ConnectionEvent): ("control" | "data")[] {
  const { role, result, carries, fromHost, toHost } = connection;
  if (result !== "made") return [];
  if (role === "forwarded") return [ssh.fromHost, ssh.toHost].includes(fromHost) ? [carries ?? "data"] : [];
  // A data connection within the SSH host has met a listener of sshd's.
  return role === "data" && fromHost === ssh.toHost && toHost === fromHost ? ["data"] : [];
}

/** How it ended, where that is worth a word: `refused`, `dropped by nat`, `in the clear`. */
export function laneStatus({ connection, path }: Lane): string {
  const by =
    connection.stoppedAt === undefined || connection.stoppedAt === connection.toHost
      ? ""
      : ` by ${connection.stoppedAt}`;
  if (connection.result !== "made") return `${connection.result}${connection.result === "failed" ? "" : by}`;
  return isOpen(connection) && path.length > 1 ? "in the clear" : "";
}

// The hosts and routers that a connection meets on its way: the shortest way on which only routers pass things on.
interface Station {
  readonly name: string;
  readonly attached: Readonly<Record<string, string>>;
  readonly passesOn: boolean;
}

/** Names from `from` to `to`, both included; undefined where there is no way. */
function routeBetween(topology: Topology, from: string, to: string): string[] | undefined {
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

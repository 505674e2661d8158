// Hosts and routers in a row, and each connection on its lane between two of them.
import type { Evidence } from "../../evidence.ts";
import type { Topology } from "../../topology.ts";
import { type ConnectionEvent, connectionsOf, isOpen } from "../marks.ts";

export interface NetworkNode {
  readonly kind: "host" | "router";
  readonly name: string;
  readonly title: string;
  /** Wire to address with prefix. */
  readonly attached: Readonly<Record<string, string>>;
}

/** From the first host outwards, hosts before routers: what is joined stands beside each other, as far as it can be. */
export function nodesInOrder({ hosts, routers }: Topology): NetworkNode[] {
  const nodes: readonly NetworkNode[] = [
    ...hosts.map((host) => ({ ...host, title: host.title ?? "", kind: "host" as const })),
    ...routers.map((router) => ({ ...router, kind: "router" as const })),
  ];
  const ordered: NetworkNode[] = [];
  const joined = (to: NetworkNode, kind: NetworkNode["kind"]): readonly NetworkNode[] =>
    nodes.filter((node) => node.kind === kind && Object.keys(node.attached).some((wire) => wire in to.attached));
  const placeWithHosts = (node: NetworkNode): void => {
    if (ordered.includes(node)) return;
    ordered.push(node);
    for (const host of joined(node, "host")) placeWithHosts(host);
  };
  for (const start of nodes) {
    placeWithHosts(start);
    for (const node of ordered) for (const router of joined(node, "router")) placeWithHosts(router);
  }
  return ordered;
}

/** Places are indices of nodes; a half is the space between two. */
export interface Lane {
  /** From 1, in the order of time: the same in the figure, its list and the sequence diagram. */
  readonly number: number;
  readonly connection: ConnectionEvent;
  readonly from: number;
  /** What is meant, or as far as it is known. */
  readonly to: number;
  /** Where it ends: `to` when it was made. */
  readonly stop: number;
  /** Nodes between, behind which it passes. */
  readonly bypassed: readonly number[];
  /** Counted across the lanes, so that no two lie upon each other and those that meet a node stand in the order of time. */
  readonly row: number;
}

/** One lane for each connection, in their order. */
export function lanesOf(topology: Topology, evidence: Evidence): Lane[] {
  const nodes = nodesInOrder(topology).map(({ name }) => name);
  const lanes: Lane[] = [];
  for (const [index, connection] of connectionsOf(evidence).entries()) {
    const way = wayOf(connection, topology, nodes);
    const before = lanes.filter((other) => first(other) <= last(way) && last(other) >= first(way));
    lanes.push({ number: index + 1, connection, ...way, row: Math.max(-1, ...before.map(({ row }) => row)) + 1 });
  }
  return lanes;
}

type Way = Pick<Lane, "from" | "to" | "stop" | "bypassed">;

const first = ({ from, to }: Pick<Lane, "from" | "to">): number => Math.min(from, to);
const last = ({ from, to }: Pick<Lane, "from" | "to">): number => Math.max(from, to);

function wayOf(connection: ConnectionEvent, topology: Topology, nodes: readonly string[]): Way {
  const { fromHost, toHost, result, stoppedAt } = connection;
  const from = Math.max(0, nodes.indexOf(fromHost));
  const meant = routeBetween(topology, fromHost, toHost);
  // Where it was stopped off that way, or nobody has the address: as far as it came.
  const isOff = stoppedAt !== undefined && !meant?.includes(stoppedAt);
  const stations = (isOff ? routeBetween(topology, fromHost, stoppedAt) : meant) ?? [];
  const end = nodes.indexOf(stations.at(-1) ?? "");
  const to = end >= 0 ? end : from + (from < nodes.length - 1 ? 0.5 : -0.5);
  const stopped = stations.indexOf(stoppedAt ?? "") > 0 ? nodes.indexOf(stoppedAt ?? "") : -1;
  const unanswered = end >= 0 && end !== from ? to - Math.sign(to - from) / 2 : to;
  const stops = {
    failed: from,
    made: to,
    refused: stopped >= 0 ? stopped : to,
    dropped: stopped >= 0 ? stopped : unanswered,
  };
  const bypassed = nodes.flatMap((name, index) => {
    const isBetween = index > Math.min(from, to) && index < Math.max(from, to);
    return isBetween && !stations.includes(name) ? [index] : [];
  });
  return { from, to, stop: stops[result], bypassed };
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
export function laneStatus({ connection, from, to }: Lane): string {
  const { result, stoppedAt, toHost } = connection;
  const by = stoppedAt === undefined || stoppedAt === toHost || result === "failed" ? "" : ` by ${stoppedAt}`;
  if (result !== "made") return `${result}${by}`;
  return isOpen(connection) && from !== to ? "in the clear" : "";
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

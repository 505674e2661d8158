// Names and numbers of the real network that a topology becomes: what builds it and what reads its packets agree here.
import { attachmentsOf, type NodeAddress, type Topology } from "../../topology.ts";

/** The namespace of all wires: a bridge for each, and behind each of its ports a host or router. */
export const wiresNamespace = "wires";

/** One end of a wire. */
export interface Attachment extends NodeAddress {
  /** Name of the interface at the node. */
  readonly device: string;
  /** Index and name of the bridge's port at the other end of the cable. */
  readonly portIndex: number;
  readonly port: string;
}

export interface NetworkPlan {
  readonly topology: Topology;
  /** Namespaces, without the one of the wires. */
  readonly nodes: readonly string[];
  readonly attachments: readonly Attachment[];
}

const firstPortIndex = 100;

export function planNetwork(topology: Topology): NetworkPlan {
  const nodes = [...topology.hosts, ...topology.routers].map(({ name }) => name);
  const attachments = attachmentsOf(topology).map((end, index) => ({
    ...end,
    device: deviceOf(topology, end.wire),
    portIndex: firstPortIndex + index,
    port: `p${index}`,
  }));
  return { topology, nodes, attachments };
}

/** Interfaces are named after their wire, by number: the kernel's names are short. */
export function deviceOf(topology: Topology, wire: string): string {
  return `wire${topology.wires.findIndex(({ name }) => name === wire)}`;
}

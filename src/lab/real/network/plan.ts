// Names and numbers of the real network that a topology becomes: what builds it and what reads its packets agree here.
import type { Topology } from "../../topology.ts";

/** The namespace of all wires: a bridge for each, and behind each of its ports a host or router. */
export const wiresNamespace = "wires";

/** One end of a wire. */
export interface Attachment {
  readonly node: string;
  readonly wire: string;
  /** `10.0.0.2` */
  readonly address: string;
  readonly prefix: number;
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
  const nodes = [...topology.hosts, ...topology.routers];
  const ends = nodes.flatMap(({ name, attached }) =>
    Object.entries(attached).map(([wire, address]) => ({ node: name, wire, address })),
  );
  const attachments = ends.map(({ node, wire, address }, index) => {
    const [host = "", prefix = "24"] = address.split("/");
    const device = deviceOf(topology, wire);
    const port = `p${index}`;
    return { node, wire, address: host, prefix: Number(prefix), device, portIndex: firstPortIndex + index, port };
  });
  return { topology, nodes: nodes.map(({ name }) => name), attachments };
}

/** Interfaces are named after their wire, by number: the kernel's names are short. */
export function deviceOf(topology: Topology, wire: string): string {
  return `wire${topology.wires.findIndex(({ name }) => name === wire)}`;
}

/** The node whose address on any wire this is. */
export function nodeWith(plan: NetworkPlan, address: string): string | undefined {
  return plan.attachments.find((one) => one.address === address)?.node;
}

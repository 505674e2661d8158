// Hosts, wires and middleboxes of a scenario, as data: a simulated network and one of network namespaces are built from it.
import type { Endpoint } from "../platform/endpoint.ts";
import type { PortRange } from "../platform/network.ts";

/** Addresses are IPv4 with their prefix, as `10.0.0.2/24`. */
export interface Topology {
  readonly wires: readonly WirePlan[];
  readonly hosts: readonly HostPlan[];
  readonly routers: readonly RouterPlan[];
}

export interface WirePlan {
  readonly name: string;
  /** For the figure: `the client's network`. */
  readonly title: string;
  /** Milliseconds of one direction. Default 1. The real network has no delay. */
  readonly latencyMs?: number;
}

export interface HostPlan {
  readonly name: string;
  /** For the figure, where it does not show which programs run there: `somebody else`. */
  readonly title?: string;
  /** Wire to address. */
  readonly attached: Readonly<Record<string, string>>;
  /** Next hop of the default route. */
  readonly gateway?: string;
}

/** A packet filter, a NAT, or both. Without any of its options it is a plain router. */
export interface RouterPlan {
  readonly name: string;
  readonly title: string;
  readonly attached: Readonly<Record<string, string>>;
  readonly gateway?: string;
  /** What leaves by this wire gets the router's address there. */
  readonly masquerade?: string;
  /** Connections that begin at this wire are dropped, but for `admits` and forwarded ports; answers pass (a filter with memory). */
  readonly keepsOut?: string;
  /** TCP ports that are admitted all the same. */
  readonly admits?: readonly number[];
  /** Ports of its own address on `wire` that lead to a host behind it. */
  readonly forwards?: readonly { readonly wire: string; readonly ports: PortRange; readonly to: Endpoint }[];
  /** Milliseconds of silence after which it forgets a connection and lets nothing more of it pass. Simulated only. */
  readonly idleMs?: number;
  /** nf_conntrack_ftp and, where it translates, nf_nat_ftp. */
  readonly ftpHelper?: boolean;
}

/** One end of a wire. */
export interface NodeAddress {
  /** Of a host or router. */
  readonly node: string;
  readonly wire: string;
  /** `10.0.0.2` */
  readonly address: string;
  readonly prefix: number;
}

/** Hosts first. */
export function attachmentsOf({ hosts, routers }: Topology): NodeAddress[] {
  return [...hosts, ...routers].flatMap(({ name, attached }) =>
    Object.entries(attached).map(([wire, text]) => {
      const [address = "", prefix = "24"] = text.split("/");
      return { node: name, wire, address, prefix: Number(prefix) };
    }),
  );
}

/** The node whose address on any wire this is. */
export function nodeWith(topology: Topology, address: string): string | undefined {
  return attachmentsOf(topology).find((one) => one.address === address)?.node;
}

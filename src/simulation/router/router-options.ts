// What a middlebox is set up to do.
import type { Endpoint } from "../../platform/endpoint.ts";
import type { PortRange } from "../../platform/network.ts";
import type { Attachment, Route } from "../links/routing-table.ts";
import type { Wire } from "../links/wire.ts";

/** How a packet stands to the connections that went before (conntrack of Linux). */
export type TrackState = "new" | "established" | "related" | "invalid";

/** `reset` answers with RST, `reject` with ICMP port unreachable. */
export type FilterVerdict = "accept" | "drop" | "reject" | "reset";

/** Every condition that is given must hold. The first rule that fits decides. */
export interface FilterRule {
  readonly in?: Wire;
  readonly out?: Wire;
  /** Networks as `10.0.0.0/8`. */
  readonly source?: string;
  readonly destination?: string;
  readonly sourcePorts?: PortRange;
  readonly destinationPorts?: PortRange;
  /** The first packet of a connection, seen without any memory: SYN without ACK. */
  readonly opens?: boolean;
  /** A filter with memory. */
  readonly states?: readonly TrackState[];
  readonly verdict: FilterVerdict;
}

export interface FilterOptions {
  readonly rules: readonly FilterRule[];
  /** For what no rule fits. */
  readonly policy: FilterVerdict;
}

/** A port of the router's own address on `in` leads to a host behind it. */
export interface PortForward {
  readonly in: Wire;
  readonly ports: PortRange;
  /** The first port there. */
  readonly to: Endpoint;
}

export interface RouterOptions {
  readonly attached: readonly Attachment[];
  readonly routes?: readonly Route[];
  /** Next hop of the default route. */
  readonly gateway?: string;
  readonly filter?: FilterOptions;
  /** What leaves by these wires gets the router's address there. */
  readonly masquerade?: readonly Wire[];
  readonly forwards?: readonly PortForward[];
  /** Reads FTP's control connections: expects the data connections, and rewrites addresses where it translates them. */
  readonly ftpHelper?: boolean;
  /** Milliseconds of silence after which a connection is forgotten. Default 5 days, as Linux; home routers 5 minutes. */
  readonly idleMs?: number;
  /** A connection that it does not know may go on: its next packet makes it known. Default true, as Linux. */
  readonly takesUp?: boolean;
  /** What is sent to the router itself: closed ports answer with RST, or not at all. Default `reset`. */
  readonly closedPorts?: "reset" | "drop";
}

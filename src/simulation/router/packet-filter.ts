// The rules of a packet filter, with or without memory.

import type { PortRange } from "../../platform/network.ts";
import { type Cidr, cidrContains, parseCidr } from "../../protocol/cidr.ts";
import type { Segment } from "../links/packet.ts";
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

/** A packet on its way through. */
export interface Crossing {
  readonly segment: Segment;
  readonly in: Wire;
  readonly out: Wire;
  /** `undefined` where nothing is remembered. */
  readonly state: TrackState | undefined;
}

interface Prepared {
  readonly rule: FilterRule;
  readonly source: Cidr | undefined;
  readonly destination: Cidr | undefined;
}

const within = (range: PortRange | undefined, port: number): boolean =>
  range === undefined || (port >= range.first && port <= range.last);

const inside = (cidr: Cidr | undefined, host: string): boolean => cidr === undefined || cidrContains(cidr, host);

export class PacketFilter {
  readonly #rules: readonly Prepared[];
  readonly #policy: FilterVerdict;

  constructor({ rules, policy }: FilterOptions) {
    this.#policy = policy;
    this.#rules = rules.map((rule) => ({
      rule,
      source: rule.source === undefined ? undefined : parseCidr(rule.source),
      destination: rule.destination === undefined ? undefined : parseCidr(rule.destination),
    }));
  }

  judge(crossing: Crossing): FilterVerdict {
    return this.#rules.find((one) => fits(one, crossing))?.rule.verdict ?? this.#policy;
  }
}

function fits({ rule, source, destination }: Prepared, { segment, state, ...wires }: Crossing): boolean {
  const opens = segment.syn && !segment.ack;
  return (
    (rule.in ?? wires.in) === wires.in &&
    (rule.out ?? wires.out) === wires.out &&
    inside(source, segment.source.host) &&
    inside(destination, segment.destination.host) &&
    within(rule.sourcePorts, segment.source.port) &&
    within(rule.destinationPorts, segment.destination.port) &&
    (rule.opens ?? opens) === opens &&
    (rule.states === undefined || (state !== undefined && rule.states.includes(state)))
  );
}

// From packets to connections: who tried to reach whom, where the SYN got to, and what came back. NAT changes addresses and
// ports but not the initial sequence number, so that is what holds the hops of one attempt together.
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import { cidrContains, parseCidr } from "../protocol/cidr.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { attachmentsOf, nodeWith, type Topology } from "./topology.ts";

/** A segment on its way from a node to a wire, or (`wire` undefined) to itself; or one that a node has dropped. */
export interface Sighting {
  readonly atMs: number;
  readonly node: string;
  readonly wire: string | undefined;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly kind: "syn" | "syn-ack" | "reset" | "dropped";
  /** Of the segment. */
  readonly sequence: number;
}

export interface SeenConnection {
  /** Its first SYN: both ends as its maker has them. */
  readonly first: Sighting;
  /** Who has the address that its SYN was last on the way to; empty where nobody has. */
  readonly toHost: string;
  /** Port there, behind all translations. */
  readonly finalPort: number;
  readonly result: "made" | "refused" | "dropped";
  readonly stoppedAt?: string;
}

interface Attempt {
  readonly hops: Sighting[];
  answer: SeenConnection["result"] | undefined;
  answeredBy: string | undefined;
}

/** `sightings` in the order of time; gives connections in the order of their beginning. */
export function connectionsOf(topology: Topology, sightings: readonly Sighting[]): SeenConnection[] {
  const attempts = new Map<number, Attempt>();
  /** Which attempt a segment belongs to, by its ends on each hop. The latest SYN of the same ends wins. */
  const byEnds = new Map<string, Attempt>();
  for (const sighting of sightings) {
    const { kind, sequence, from, to } = sighting;
    if (kind === "syn") {
      const attempt = attempts.get(sequence) ?? { hops: [], answer: undefined, answeredBy: undefined };
      attempts.set(sequence, attempt);
      attempt.hops.push(sighting);
      byEnds.set(endsOf(from, to), attempt);
    } else if (kind === "dropped") answer(attempts.get(sequence), sighting, "dropped");
    else answer(byEnds.get(endsOf(to, from)), sighting, kind === "syn-ack" ? "made" : "refused");
  }
  return Array.from(attempts.values(), (attempt) => conclude(topology, attempt));
}

/** The first answer counts: a reset after the hand-shake is an end, not a refusal. */
function answer(attempt: Attempt | undefined, { node }: Sighting, how: SeenConnection["result"]): void {
  if (attempt === undefined || attempt.answer !== undefined) return;
  attempt.answer = how;
  attempt.answeredBy = node;
}

function conclude(topology: Topology, { hops, answer, answeredBy }: Attempt): SeenConnection {
  const [first, last] = [hops[0], hops.at(-1)] as [Sighting, Sighting];
  const reached = last.wire === undefined ? last.node : nextNode(topology, last.node, last.wire, last.to.host);
  const result = answer ?? "dropped";
  const stoppedAt = answer === undefined ? reached : answeredBy;
  return {
    first,
    toHost: last.wire === undefined ? last.node : (nodeWith(topology, last.to.host) ?? ""),
    finalPort: last.to.port,
    result,
    ...definedProps({ stoppedAt: result === "made" ? undefined : stoppedAt }),
  };
}

/** Who gets a packet that `node` puts on a wire: the address's owner there, else the node's next hop. */
function nextNode(topology: Topology, node: string, wire: string, address: string): string {
  const onWire = attachmentsOf(topology).filter((one) => one.wire === wire);
  const there = onWire.find((one) => one.address === address);
  if (there !== undefined) return there.node;
  const own = onWire.find((one) => one.node === node);
  if (own !== undefined && cidrContains(parseCidr(`${own.address}/${own.prefix}`), address)) return wire; // nobody has this address
  const { gateway } = [...topology.hosts, ...topology.routers].find(({ name }) => name === node) ?? {};
  return (gateway === undefined ? undefined : nodeWith(topology, gateway)) ?? wire;
}

const endsOf = (from: Endpoint, to: Endpoint): string => `${formatEndpoint(from)} ${formatEndpoint(to)}`;

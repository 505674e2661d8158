// From packets to connections: who tried to reach whom, where the SYN got to, and what came back. NAT changes addresses and
// ports but not the initial sequence number, so that is what holds the hops of one attempt together.
import type { Endpoint } from "../../../platform/endpoint.ts";
import { definedProps } from "../../../protocol/defined-props.ts";
import { type Attachment, type NetworkPlan, nodeWith } from "../network/plan.ts";
import type { Segment } from "./packet.ts";
import type { Sighting } from "./wiretap.ts";

export interface SeenConnection {
  /** Seconds of the wall clock. */
  readonly time: number;
  /** As its originator sees it. */
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly fromHost: string;
  /** Who has the address that its SYN was last on the way to; empty where nobody has. */
  readonly toHost: string;
  /** Port there, behind all translations. */
  readonly finalPort: number;
  readonly result: "made" | "refused" | "dropped";
  readonly stoppedAt?: string;
  /** It crossed a wire. */
  readonly onWire: boolean;
}

interface Attempt {
  readonly hops: Sighting[];
  answer: "made" | "refused" | "dropped" | undefined;
  answeredBy: string | undefined;
}

type TcpSighting = Sighting & { readonly packet: { readonly content: { readonly type: "tcp" } } };

/** In the order of their beginning. */
export function connectionsOf(plan: NetworkPlan, sightings: readonly Sighting[]): SeenConnection[] {
  const attempts = new Map<number, Attempt>();
  /** Which attempt a segment belongs to, by its ends on each hop. The latest SYN of the same ends wins. */
  const byEnds = new Map<string, Attempt>();
  for (const sighting of sightings) {
    const { content } = sighting.packet;
    if (content.type === "unreachable") {
      const attempt = attempts.get(content.sequence);
      if (attempt !== undefined) answer(attempt, "dropped", sighting.node);
    } else if (isTcp(sighting)) variant(attempts, byEnds, sighting, sighting.packet.content.segment);
  }
  return Array.from(attempts.values(), (attempt) => conclude(plan, attempt));
}

function isTcp(sighting: Sighting): sighting is TcpSighting {
  return sighting.packet.content.type === "tcp";
}

function variant(
  attempts: Map<number, Attempt>,
  byEnds: Map<string, Attempt>,
  sighting: Sighting,
  segment: Segment,
): void {
  const { from, to } = sighting.packet;
  if (segment.syn && !segment.ack) {
    let attempt = attempts.get(segment.sequence);
    if (attempt === undefined) {
      attempt = { hops: [], answer: undefined, answeredBy: undefined };
      attempts.set(segment.sequence, attempt);
    }
    attempt.hops.push(sighting);
    byEnds.set(key(from, to), attempt);
    return;
  }
  const forth = byEnds.get(key(from, to));
  const back = byEnds.get(key(to, from));
  const attempt = forth ?? back;
  if (attempt === undefined) return;
  if (segment.syn) answer(attempt, "made", sighting.node);
  else if (segment.rst && back !== undefined) answer(attempt, "refused", sighting.node);
}

/** The first answer counts: a reset after the hand-shake is an end, not a refusal. */
function answer(attempt: Attempt, how: NonNullable<Attempt["answer"]>, by: string): void {
  if (attempt.answer !== undefined) return;
  attempt.answer = how;
  attempt.answeredBy = by;
}

function conclude(plan: NetworkPlan, attempt: Attempt): SeenConnection {
  const [first, last] = [attempt.hops[0], attempt.hops.at(-1)] as [Sighting, Sighting];
  const reached = last.wire === undefined ? last.node : nextNode(plan, last.node, last.wire, last.packet.to.host);
  const result = attempt.answer ?? "dropped";
  const stoppedAt = attempt.answer === undefined ? reached : attempt.answeredBy;
  return {
    time: first.packet.time,
    from: first.packet.from,
    to: first.packet.to,
    fromHost: first.node,
    toHost: last.wire === undefined ? last.node : (nodeWith(plan, last.packet.to.host) ?? ""),
    finalPort: last.packet.to.port,
    result,
    ...definedProps({ stoppedAt: result === "made" ? undefined : stoppedAt }),
    onWire: first.wire !== undefined,
  };
}

/** Who gets a packet that `node` puts on a wire: the address's owner there, else the node's next hop. */
function nextNode(plan: NetworkPlan, node: string, wire: string, address: string): string {
  const { topology, attachments } = plan;
  const there = attachments.find((one) => one.wire === wire && one.address === address);
  if (there !== undefined) return there.node;
  const own = attachments.find((one) => one.wire === wire && one.node === node);
  if (own !== undefined && isWithin(own, address)) return wire; // nobody has this address
  const { gateway } = [...topology.hosts, ...topology.routers].find(({ name }) => name === node) ?? {};
  return (gateway === undefined ? undefined : nodeWith(plan, gateway)) ?? wire;
}

function isWithin({ address, prefix }: Attachment, other: string): boolean {
  const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
  return (numberOf(address) & mask) === (numberOf(other) & mask);
}

function numberOf(address: string): number {
  return address.split(".").reduce((value, part) => value * 256 + Number(part), 0);
}

function key(from: Endpoint, to: Endpoint): string {
  return `${from.host}:${from.port}>${to.host}:${to.port}`;
}

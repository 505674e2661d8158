// The memory of a middlebox: which connections it has seen, and which it expects.
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { Segment } from "../links/packet.ts";
import type { TrackState } from "./packet-filter.ts";

/** nf_conntrack_tcp_timeout_*: a connection that nobody answered, one that has ended, one that was reset. */
const unansweredMs = 120_000;
const endedMs = 120_000;
const resetMs = 10_000;
/** nf_conntrack_max of a small router; what comes then is dropped. */
const flowsMax = 65_536;
const expectationsMax = 1024;

export interface Tracked {
  readonly flow: Flow;
  readonly direction: Direction;
}

const isSame = (a: Endpoint, b: Endpoint): boolean => a.host === b.host && a.port === b.port;

export class FlowTable {
  readonly #idleMs: number;
  readonly #now: () => number;
  readonly #byEnds: Map<string, Tracked> = new Map();
  readonly #expectations: Set<Expectation> = new Set();

  constructor(idleMs: number, now: () => number) {
    this.#idleMs = idleMs;
    this.#now = now;
  }

  find(ends: Ends): Tracked | undefined {
    const tracked = this.#byEnds.get(keyOf(ends));
    if (tracked === undefined || tracked.flow.expiresMs > this.#now()) return tracked;
    this.#remove(tracked.flow);
    return undefined;
  }

  /** True when no connection has these ends, so that answers can be kept apart. */
  isFree(ends: Ends): boolean {
    return this.find(ends) === undefined;
  }

  /** A connection that begins; `forward` says where its destination leads, where it leads elsewhere. */
  begin(ends: Ends, forward: Endpoint | undefined): Flow {
    const expected = [...this.#expectations].find(
      ({ from, to }) => from === ends.source.host && isSame(to, ends.destination),
    );
    if (expected !== undefined) this.#expectations.delete(expected);
    const deliverTo = expected?.deliverTo ?? forward ?? ends.destination;
    return new Flow(ends, deliverTo, expected !== undefined);
  }

  /** Remembers it, once the filter has let it pass; false when there is no room. */
  keep(flow: Flow): boolean {
    if (this.#byEnds.size >= 2 * flowsMax) return false;
    this.#byEnds.set(keyOf(flow.original), { flow, direction: "original" });
    this.#byEnds.set(keyOf(flow.reply), { flow, direction: "reply" });
    return true;
  }

  expect(expectation: Expectation): void {
    for (const older of this.#expectations) {
      if (isSame(older.to, expectation.to) || this.#expectations.size >= expectationsMax)
        this.#expectations.delete(older);
    }
    this.#expectations.add(expectation);
  }

  /** Something else than `deliverTo` is expected there. An announcement that is repeated is not in its own way. */
  isTaken(to: Endpoint, deliverTo: Endpoint): boolean {
    return [...this.#expectations].some((one) => isSame(one.to, to) && !isSame(one.deliverTo, deliverTo));
  }

  stateOf({ flow, direction }: Tracked): TrackState {
    if (flow.isAnswered || direction === "reply") return "established";
    return flow.isExpected ? "related" : "new";
  }

  /** A packet of the connection passed. */
  passed({ flow, direction }: Tracked, segment: Segment): void {
    if (direction === "reply") flow.isAnswered = true;
    if (segment.fin || segment.rst) flow.ended.add(direction);
    const lastsMs = segment.rst ? resetMs : flow.ended.size === 2 ? endedMs : this.#idleMs;
    flow.expiresMs = this.#now() + (flow.isAnswered || segment.rst ? lastsMs : Math.min(lastsMs, unansweredMs));
  }

  #remove(flow: Flow): void {
    for (const ends of [flow.original, flow.reply]) this.#byEnds.delete(keyOf(ends));
  }
}

// A connection as a middlebox remembers it: its ends as they were first seen, and as the answers show them.
interface Ends {
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

export type Direction = "original" | "reply";

/** A connection that a helper knows will come. */
interface Expectation {
  /** Address of who will make it. */
  readonly from: string;
  /** What it will ask for, as it arrives here. */
  readonly to: Endpoint;
  /** Where it is meant to go. */
  readonly deliverTo: Endpoint;
}

export class Flow {
  readonly original: Ends;
  /** Differs from the original turned around where addresses are translated. */
  reply: Ends;
  readonly isExpected: boolean;
  /** Something has come back. */
  isAnswered = false;
  expiresMs = 0;
  /** Directions that have ended; a reset ends both. */
  readonly ended: Set<Direction> = new Set();
  readonly shifts: Readonly<Record<Direction, SequenceShift>> = {
    original: new SequenceShift(),
    reply: new SequenceShift(),
  };

  constructor(original: Ends, deliverTo: Endpoint, isExpected: boolean) {
    this.original = original;
    this.reply = { source: deliverTo, destination: original.source };
    this.isExpected = isExpected;
  }

  /** A packet of that direction as it is to look on the other side, sequence numbers included. */
  translate(segment: Segment, direction: Direction): Segment {
    const other = direction === "original" ? this.reply : this.original;
    const back = direction === "original" ? this.shifts.reply : this.shifts.original;
    return {
      ...segment,
      source: other.destination,
      destination: other.source,
      sequence: this.shifts[direction].forth(segment.sequence),
      acknowledgement: back.back(segment.acknowledgement),
    };
  }
}

const keyOf = ({ source, destination }: Ends): string => `${formatEndpoint(source)} ${formatEndpoint(destination)}`;

// The port that a masqueraded connection gets on the router's address.
const firstPort = 1024;
const lastPort = 65_535;

/** Its own where that is free towards the same destination, else the next free one, as Linux; `undefined` when none is. */
export function freePort(flow: Flow, address: string, flows: FlowTable): number | undefined {
  const wanted = flow.original.source.port;
  const { source } = flow.reply;
  const isFree = (port: number): boolean => flows.isFree({ source, destination: { host: address, port } });
  if (isFree(wanted)) return wanted;
  for (let step = 1; step <= lastPort - firstPort; step += 1) {
    const port = firstPort + ((Math.max(wanted, firstPort) - firstPort + step) % (lastPort - firstPort + 1));
    if (isFree(port)) return port;
  }
  return undefined;
}

// A helper that makes a line longer or shorter moves every byte behind it (nf_conntrack_seqadj).
interface Step {
  /** First sequence number behind the line, as its sender counts. */
  readonly from: number;
  readonly by: number;
}

class SequenceShift {
  readonly #steps: Step[] = [];

  /** The line that ends before `from` became `by` bytes longer. A line that is sent again is counted once. */
  add(from: number, by: number): void {
    if (by !== 0 && !this.#steps.some((step) => step.from === from)) this.#steps.push({ from, by });
  }

  /** From the sender's count to the receiver's. */
  forth(sequence: number): number {
    return this.#steps.reduce((sum, { from, by }) => (sequence >= from ? sum + by : sum), sequence);
  }

  /** From the receiver's count to the sender's. */
  back(acknowledgement: number): number {
    let moved = 0;
    for (const { from, by } of this.#steps) {
      if (acknowledgement >= from + moved + by) moved += by;
    }
    return acknowledgement - moved;
  }
}

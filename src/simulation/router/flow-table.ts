// The memory of a middlebox: which connections it has seen, and which it expects.
import type { Endpoint } from "../../platform/endpoint.ts";
import type { Segment } from "../links/packet.ts";
import { type Direction, type Ends, type Expectation, Flow, keyOf } from "./flow.ts";
import type { TrackState } from "./router-options.ts";

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

  /** True when no connection has these ends, so that answers can be told apart. */
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

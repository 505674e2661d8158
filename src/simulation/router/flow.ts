// A connection as a middlebox remembers it: its ends as they were first seen, and as the answers show them.
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { Segment } from "../links/packet.ts";
import { SequenceShift } from "./sequence-shift.ts";

export interface Ends {
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

export type Direction = "original" | "reply";

/** A connection that a helper knows will come. */
export interface Expectation {
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

export const keyOf = ({ source, destination }: Ends): string =>
  `${formatEndpoint(source)} ${formatEndpoint(destination)}`;

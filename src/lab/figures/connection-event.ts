import type { Evidence, LabEvent } from "../evidence.ts";

/** A TCP connection, or the attempt. */
export type ConnectionEvent = Extract<LabEvent, { type: "connection" }>;

/** In the order of time; their numbers in all figures are their places in this list, from 1. */
export function connectionsOf(evidence: Evidence): ConnectionEvent[] {
  return evidence.events.filter((event) => event.type === "connection");
}

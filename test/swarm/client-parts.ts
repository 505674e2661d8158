// What every client of a simulation is given.
import type { Conversation } from "./conversation.ts";
import type { Place } from "./place.ts";
import type { SwarmPlan } from "./plan.ts";
import type { Program } from "./program.ts";

export interface ClientParts {
  readonly plan: SwarmPlan;
  readonly place: Place;
  readonly program: Program;
  readonly number: number;
  readonly conversation: () => Conversation;
  readonly say: (text: string) => void;
  /** A rule was broken. */
  readonly fault: (text: string) => void;
  /** The whole of the file that is going to be sent. */
  readonly intended: (path: string, bytes: Buffer) => void;
  /** Somebody was told that the server has this file now, and these bytes. */
  readonly uploaded: (path: string, bytes: Buffer) => void;
  /** Nothing stands in the way: no fault, no odd server, room for everybody. */
  readonly isCalm: boolean;
}

/**
 * What has been handed to the system of the gateway may still be lost between it and the client, and then no end-of-file comes;
 * nobody who speaks TCP knows in time to withhold the 226.
 */
export const mayBreak = ({ faults }: SwarmPlan): boolean => faults.some(({ kind }) => kind.startsWith("lan-"));

/** Data connections are possible in the gateway's mode towards the server. */
export function canReach({ server, gateway }: SwarmPlan): boolean {
  if (gateway.upstreamMode === "default-port") return server.active && gateway.sshSharesPorts;
  return server.active || gateway.upstreamMode !== "active";
}

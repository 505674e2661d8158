// One of the known ways in which FTP fails between hosts: S01 to S20, in scenarios/.
import type { Outcome } from "./evidence.ts";
import type { Stage, TransferResult } from "./stage.ts";
import type { Topology } from "./topology.ts";

export interface Scenario {
  /** `S01` to `S20`; a number never changes its meaning. */
  readonly number: string;
  /** `loopback-target-active` */
  readonly name: string;
  readonly title: string;
  /** What the user sees, without Sallyport. */
  readonly seen: string;
  readonly why: string;
  /** What Sallyport does. */
  readonly answer: string;
  readonly topology: Topology;
  /** Without Sallyport, with plain `ssh -L`. */
  readonly plain: Run;
  readonly sallyport: Run;
  /** The same with another turn of events. */
  readonly cases?: readonly Case[];
}

export interface Case {
  /** `ssh-lost` */
  readonly name: string;
  readonly title: string;
  readonly plain: Run;
  readonly sallyport: Run;
}

/** What is done, and what must come of it in both simulations. */
export interface Run {
  /** The commands as one would type them, host by host: `client$ ssh -L 2001:localhost:21 server`. */
  readonly typed: readonly string[];
  /** Does it; gives the transfer that decides. */
  readonly script: (stage: Stage) => Promise<TransferResult>;
  readonly expected: Outcome;
  /** Where a transfer must not work: what is right about how it fails, in a few words. */
  readonly rightly?: string;
}

// The numbers by which scenarios are named, for who does not need the scenarios themselves.
/** `S01` to `S20`, in order. */
export const scenarioNumbers: readonly string[] = Array.from(
  { length: 20 },
  (_, index) => `S${String(index + 1).padStart(2, "0")}`,
);

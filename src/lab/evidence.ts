// What was seen of a scenario: the same for a simulated and for a real run, so that both can be compared and drawn.

/** In the order of time; `atMs` counts from the beginning of the run. */
export interface Evidence {
  readonly events: readonly LabEvent[];
  readonly outcome: Outcome;
}

export type LabEvent =
  /** A line of the control connection as a client or server sees it; passwords as XXXX. */
  | {
      readonly type: "line";
      readonly atMs: number;
      readonly host: string;
      readonly party: string;
      readonly from: "client" | "server";
      readonly text: string;
    }
  /** A TCP connection, or the attempt. `stoppedAt`: the node that refused or dropped it. */
  | {
      readonly type: "connection";
      readonly atMs: number;
      readonly from: string;
      readonly to: string;
      readonly fromHost: string;
      readonly toHost: string;
      readonly role: "control" | "data" | "ssh" | "forwarded";
      readonly result: "made" | "refused" | "dropped" | "failed";
      readonly stoppedAt?: string;
      /** Its bytes could be read on a wire. */
      readonly clear: boolean;
    }
  /** A call of the system that failed: `connect 10.0.0.2:21`, `ECONNREFUSED`. */
  | {
      readonly type: "call";
      readonly atMs: number;
      readonly host: string;
      readonly call: string;
      readonly error: string;
    }
  /** A program began, ended or vanished, or said something to its user. */
  | { readonly type: "note"; readonly atMs: number; readonly host: string; readonly text: string }
  | { readonly type: "netstat"; readonly atMs: number; readonly host: string; readonly rows: readonly NetstatLine[] };

export interface NetstatLine {
  readonly local: string;
  readonly remote: string;
  readonly state: string;
}

/** What real and simulated runs must agree on. */
export interface Outcome {
  readonly works: boolean;
  /** Code of the reply that decided; 0 when none came. */
  readonly reply: number;
  /** Error of the client's own system, if that decided. */
  readonly system?: string;
  /** A data connection went over a wire outside of SSH. */
  readonly dataBesideSsh: boolean;
}

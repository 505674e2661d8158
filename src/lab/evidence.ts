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
  /**
   * A TCP connection, or the attempt, at the moment when it was tried. `from` is as its maker has it, `to` as its maker names
   * it. Made by ssh, sshd or Sallyport for a channel of SSH it is `forwarded`, and `carries` is what.
   */
  | {
      readonly type: "connection";
      readonly atMs: number;
      readonly from: string;
      readonly to: string;
      readonly fromHost: string;
      /** Empty where nobody has that address. */
      readonly toHost: string;
      readonly role: "control" | "data" | "ssh" | "forwarded";
      readonly carries?: "control" | "data";
      /** `failed`: by its maker's own system, before anything was sent, or nothing came back. */
      readonly result: "made" | "refused" | "dropped" | "failed";
      /** The host or router that refused or dropped it. */
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
  /** A program began, ended or vanished, or has shown something to its user. */
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
  /** Code of the final reply (226, 425, 500, …); 0 when none came. */
  readonly reply: number;
  /** Error of the client's own system, if that decided. */
  readonly system?: string;
  /** A data connection between client and server, not one of `forwarded`, was made over a wire. */
  readonly dataBesideSsh: boolean;
}

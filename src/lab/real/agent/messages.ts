// What is said between the stage and the FTP client that it started on a host: one JSON object a line.
import type { Endpoint } from "../../../platform/endpoint.ts";
import type { DataMode } from "../../args.ts";
import type { ClientEvent } from "../../client/client-events.ts";
import type { LabFiles } from "../../files.ts";
import type { TransferResult } from "../../stage.ts";

/** First line to the client. */
export interface AgentPlan {
  readonly server: Endpoint;
  readonly localAddress?: string;
  readonly files: LabFiles;
}

/** A line to the client after the first; the answer carries the same number. */
export interface AgentQuestion {
  readonly id: number;
  readonly request: AgentRequest;
}

export type AgentRequest =
  | { readonly do: "ask"; readonly line: string }
  | { readonly do: "reply" }
  | { readonly do: "get"; readonly mode: DataMode; readonly path?: string; readonly pauseAfterBytes?: number }
  | { readonly do: "put"; readonly mode: DataMode; readonly path: string; readonly breakAfterBytes?: number }
  | { readonly do: "list"; readonly mode: DataMode }
  | { readonly do: "quit" }
  /** What was to happen in the middle of a download has happened. */
  | { readonly do: "go-on" };

export type AgentMessage =
  /** `time`: milliseconds since 1970. */
  | { readonly type: "event"; readonly time: number; readonly event: ClientEvent }
  /** A call of its system failed. */
  | { readonly type: "call"; readonly time: number; readonly call: string; readonly error: string }
  /** It is about to connect there, or listens there now. */
  | { readonly type: "connects" | "listens"; readonly time: number; readonly at: Endpoint }
  /** So much of a download has come; it waits for `go-on`. */
  | { readonly type: "paused" }
  | { readonly type: "answer"; readonly id: number; readonly answer: AgentAnswer };

export type AgentAnswer =
  /** To the plan, which has number 0. */
  | { readonly type: "logged-in"; readonly local: Endpoint; readonly login: string }
  | { readonly type: "reply"; readonly text: string }
  | { readonly type: "transferred"; readonly result: TransferResult }
  | { readonly type: "done" }
  | { readonly type: "failed"; readonly code: string; readonly message: string; readonly system?: string };

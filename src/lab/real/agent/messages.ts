// What goes between the stage and the FTP client that it has started on a host: one JSON object a line.
import type { Endpoint } from "../../../platform/endpoint.ts";
import type { ClientEvent } from "../../client/client-events.ts";
import type { LabFiles } from "../../files.ts";

/** First line to the client. */
export interface AgentPlan {
  readonly server: Endpoint;
  readonly localAddress?: string;
  readonly files: LabFiles;
}

/** A line to the client after the first: a method of `LabClient`; the answer has the same number. */
export interface AgentCall {
  readonly id: number;
  /** `resume`: what was to happen in the middle of a download has happened. */
  readonly method: "ask" | "reply" | "get" | "put" | "list" | "quit" | "resume";
  readonly args: readonly unknown[];
}

export type AgentMessage =
  /** `time`: milliseconds since 1970. */
  | { readonly type: "event"; readonly time: number; readonly event: ClientEvent }
  /** So much of a download has come; it waits for `resume`. */
  | { readonly type: "paused" }
  /** The plan has number 0. */
  | { readonly type: "result"; readonly id: number; readonly result: unknown }
  | {
      readonly type: "failed";
      readonly id: number;
      readonly code: string;
      readonly message: string;
      readonly system?: string;
    };

/** Result of the plan. */
export interface AgentLogin {
  readonly local: Endpoint;
  readonly login: string;
}

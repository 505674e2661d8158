// What an SSH server tells of what happens; part of TraceEvent.
import type { TraceEventBody } from "../../../platform/trace.ts";

export type SshServerEvent = Extract<TraceEventBody, { readonly type: `ssh-server.${string}` }>;

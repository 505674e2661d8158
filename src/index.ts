// The public API.
export type { CloseInfo } from "./platform/network.ts";
export type { Trace, TraceEvent } from "./platform/trace.ts";
export type { ErrorCode, ErrorDetails } from "./protocol/error.ts";
export { isSallyportError, SallyportError } from "./protocol/error.ts";
export type { AskUser, Question, SshOptions } from "./ssh/ssh-connection.ts";
export { openTunnel } from "./tunnel/open-tunnel.ts";
export type { BackMode, Forward, OpenForward, PassiveAddress, Tunnel, TunnelOptions } from "./tunnel/options.ts";

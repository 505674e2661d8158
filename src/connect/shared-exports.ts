// What both entries of the package export, `sallyport` and `sallyport/client`: the network, errors, traces, SSH options.
export type { TlsTrust } from "../network/tls-client.ts";
export type { Endpoint } from "../platform/endpoint.ts";
export type {
  CloseInfo,
  Connection,
  ConnectOptions,
  Listener,
  ListenOptions,
  Network,
  PortRange,
} from "../platform/network.ts";
export type { Trace, TraceEvent } from "../platform/trace.ts";
export type { ErrorCode, ErrorDetails, ErrorOptions } from "../protocol/error.ts";
export { isSallyportError, SallyportError } from "../protocol/error.ts";
export type { AskUser, ExecResult, Question, SshHostOptions, SshOptions } from "../ssh/ssh-connection.ts";

// What is typed behind `ssh` and `sallyport`, as scenarios have it.
import type { Endpoint } from "../platform/endpoint.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import type { UpstreamMode } from "../protocol/relay/messages.ts";

/** How the FTP client arranges its data connections. */
export type DataMode = "PASV" | "EPSV" | "PORT" | "EPRT" | "default-port";

/** Of `ssh -N`. */
export interface SshArgs {
  /** The SSH host. */
  readonly to: string;
  /** -L `[bind:]port:host:hostport` */
  readonly local?: readonly string[];
  /** -R */
  readonly remote?: readonly string[];
  /** -g */
  readonly isForAll?: boolean;
}

export interface SallyportArgs {
  /** The SSH host. */
  readonly to: string;
  /** -L `[bind:]port:host:hostport` */
  readonly local: readonly string[];
  /** -g */
  readonly isForAll?: boolean;
  /** --back */
  readonly back?: UpstreamMode;
  /** --server-tls-pin */
  readonly serverTlsPin?: string;
}

/** In the order in which they are shown. */
export function argumentsOf({
  to,
  local,
  remote,
  isForAll,
  back,
  serverTlsPin,
}: Partial<SallyportArgs> & SshArgs): string[] {
  const each = (option: string, values: readonly string[] = []): string[] => values.flatMap((value) => [option, value]);
  return [
    ...(isForAll === true ? ["-g"] : []),
    ...(back === undefined ? [] : ["--back", back]),
    ...(serverTlsPin === undefined ? [] : ["--server-tls-pin", serverTlsPin]),
    ...each("-L", local),
    ...each("-R", remote),
    to,
  ];
}

interface ForwardArgs {
  readonly bind?: string;
  readonly port: number;
  readonly target: Endpoint;
}

/** `[bind:]port:host:hostport` with IPv4 addresses and names only. Throws `CONFIG_INVALID`. */
export function readForward(forward: string): ForwardArgs {
  const [, bind, port, host, hostPort] = /^(?:([^:]+):)?(\d+):([^:]+):(\d+)$/.exec(forward) ?? [];
  if (host === undefined) throw new SallyportError("CONFIG_INVALID", `"${forward}" is no [bind:]port:host:hostport`);
  return { ...definedProps({ bind }), port: Number(port), target: { host, port: Number(hostPort) } };
}

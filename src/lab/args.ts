// Words that scenarios share.
import type { Endpoint } from "../platform/endpoint.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";

/** How the FTP client arranges its data connections. */
export type FrontMode = "PASV" | "EPSV" | "PORT" | "EPRT" | "default-port";

/** What follows `ssh -N`, apart from the host. */
export interface SshArgs {
  readonly to: string;
  /** `[bind:]port:host:hostport` */
  readonly local?: readonly string[];
  readonly remote?: readonly string[];
  /** `[bind:]port` of a SOCKS server. */
  readonly dynamic?: readonly string[];
  /** -g */
  readonly isForAll?: boolean;
}

// `[bind:]port:host:hostport` as scenarios write it: IPv4 addresses and names only.
interface ForwardArgs {
  readonly bind?: string;
  readonly port: number;
  readonly target: Endpoint;
}

/** Throws `CONFIG_INVALID`. */
export function readForward(words: string): ForwardArgs {
  const [, bind, port, host, hostPort] = /^(?:([^:]+):)?(\d+):([^:]+):(\d+)$/.exec(words) ?? [];
  if (host === undefined) throw new SallyportError("CONFIG_INVALID", `"${words}" is no [bind:]port:host:hostport`);
  return {
    ...definedProps({ bind }),
    port: Number(port),
    target: { host, port: Number(hostPort) },
  };
}

// `[bind:]port:host:hostport` as scenarios write it: IPv4 addresses and names only.
import type { Endpoint } from "../platform/endpoint.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";

export interface ForwardWords {
  readonly bind?: string;
  readonly port: number;
  readonly target: Endpoint;
}

/** Throws `CONFIG_INVALID`. */
export function readForward(words: string): ForwardWords {
  const [, bind, port, host, hostPort] = /^(?:([^:]+):)?(\d+):([^:]+):(\d+)$/.exec(words) ?? [];
  if (host === undefined) throw new SallyportError("CONFIG_INVALID", `"${words}" is no [bind:]port:host:hostport`);
  return {
    ...definedProps({ bind }),
    port: Number(port),
    target: { host, port: Number(hostPort) },
  };
}

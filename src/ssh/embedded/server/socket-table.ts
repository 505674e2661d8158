// Connections in the format of /proc/net/tcp (proc(5)), for whoever looks there for an SSH server's ends.
import type { Endpoint } from "../../../platform/endpoint.ts";
import { plainBytes } from "../../../protocol/ip-address.ts";

export interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

const established = "01";

/** Only the columns that matter, of a little-endian machine. */
export function socketTable(connections: readonly Ends[]): string {
  return connections
    .map(({ local, remote }, index) => ({ index, local: hex(local), remote: hex(remote) }))
    .filter((row) => row.local !== undefined && row.remote !== undefined)
    .map(({ index, local, remote }) => `${index}: ${local} ${remote} ${established}\n`)
    .join("");
}

function hex({ host, port }: Endpoint): string | undefined {
  const bytes = plainBytes(host);
  if (bytes === undefined) return undefined;
  const digits = bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, "0"));
  const address = digits.map((_, at) => digits[(at & ~3) + 3 - (at & 3)]).join("");
  return `${address}:${port.toString(16).toUpperCase().padStart(4, "0")}`;
}

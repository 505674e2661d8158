// May PORT name this address? (RFC 2577 sections 3 to 5: the FTP bounce.)

import { type Cidr, cidrContains } from "../protocol/cidr.ts";
import type { HostPort } from "../protocol/host-port.ts";
import { isLoopback, sameHost } from "../protocol/ip-address.ts";
import type { PortVerdict } from "../protocol/relay/messages.ts";

/** Below are services, never a client's data port. */
const clientPortMin = 1024;

export interface PortPolicy {
  /** The client's own address. */
  readonly client: string;
  readonly allowThirdParty: readonly Cidr[];
  readonly ownAddresses: () => readonly string[];
  /** The address is a data listener of this gateway, of the same client: the two transfers are joined inside. */
  readonly isJoin: (address: HostPort) => boolean;
}

export function judgePort(policy: PortPolicy, address: HostPort): PortVerdict {
  const { host, port } = address;
  if (port < clientPortMin) {
    return { allowed: false, why: `port ${port} is privileged, which no FTP client listens on (RFC 2577)` };
  }
  if (sameHost(host, policy.client) || policy.isJoin(address)) return { allowed: true };
  // A client on this machine that came over loopback may name the machine by its other addresses (S03).
  const client = policy.client;
  if (isLoopback(client) && (isLoopback(host) || policy.ownAddresses().some((own) => sameHost(own, host)))) {
    return { allowed: true };
  }
  if (policy.allowThirdParty.some((network) => cidrContains(network, host))) return { allowed: true };
  const why = `${host} is not your address ${client} (RFC 2577); --allow-third-party ${host}/32 would permit it`;
  return { allowed: false, why };
}

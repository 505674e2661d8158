// May PORT name this address? (RFC 2577 sections 3 to 5: the FTP bounce.)

import type { Endpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { type Cidr, cidrContains } from "../protocol/cidr.ts";
import type { HostPort } from "../protocol/host-port.ts";
import { isLoopback, plainHost, sameHost } from "../protocol/ip-address.ts";
import type { PortVerdict } from "../protocol/relay/messages.ts";
import type { ClientIdentity } from "./client-identity.ts";
import type { SessionContext } from "./session-context.ts";

/** Below are services, never a client's data port. */
const clientPortMin = 1024;

export interface PortPolicy {
  /** The client's own address. */
  readonly client: string;
  /** Where the client reached this gateway. */
  readonly gateway: Endpoint;
  readonly allowThirdParty: readonly Cidr[];
  readonly ownAddresses: () => readonly string[];
  /** The address is a data listener of this gateway, of the same client: the two transfers are joined inside. */
  readonly isJoin: (address: HostPort) => boolean;
}

export function portPolicyOf(context: SessionContext, front: Connection, client: ClientIdentity): PortPolicy {
  const { options, environment, registry } = context;
  return {
    client: client.host,
    gateway: { host: plainHost(front.local.host), port: front.local.port },
    allowThirdParty: options.allowThirdParty,
    ownAddresses: environment.ownAddresses,
    isJoin: (address) => registry.find(address, client) !== undefined,
  };
}

export function judgePort(policy: PortPolicy, address: HostPort): PortVerdict {
  const { host, port } = address;
  if (port < clientPortMin) {
    return { allowed: false, why: `port ${port} is privileged, which no FTP client listens on (RFC 2577)` };
  }
  if (isGateway(policy, address)) {
    return { allowed: false, why: `port ${port} of ${host} is this gateway itself` };
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

/** A file sent there would be read as commands, from an address that is trusted. */
function isGateway({ gateway, ownAddresses }: PortPolicy, { host, port }: HostPort): boolean {
  if (port !== gateway.port) return false;
  return sameHost(host, gateway.host) || isLoopback(host) || ownAddresses().some((own) => sameHost(own, host));
}

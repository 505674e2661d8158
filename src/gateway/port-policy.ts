// May PORT name this address? (RFC 2577 sections 3 to 5: the FTP bounce.)

import type { Endpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { type Cidr, cidrContains } from "../protocol/cidr.ts";
import type { HostPort } from "../protocol/host-port.ts";
import { ipFamily, isLoopback, plainHost, sameHost } from "../protocol/ip-address.ts";
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
  /** Any data listener of this gateway, by any address of this machine. */
  readonly isDataPort: (address: HostPort, isHere: (host: string) => boolean) => boolean;
}

export function portPolicyOf(context: SessionContext, front: Connection, client: ClientIdentity): PortPolicy {
  const { options, environment, registry } = context;
  return {
    client: client.host,
    gateway: { host: plainHost(front.local.host), port: front.local.port },
    allowThirdParty: options.allowThirdParty,
    ownAddresses: environment.ownAddresses,
    isJoin: (address) => registry.find(address, client) !== undefined,
    isDataPort: (address, isHere) => registry.has(address, isHere),
  };
}

export function judgePort(policy: PortPolicy, address: HostPort): PortVerdict {
  const { host, port } = address;
  const { client } = policy;
  if (port < clientPortMin) return no(`port ${port} is privileged, which no FTP client listens on (RFC 2577)`);
  if (policy.isJoin(address)) return { allowed: true };
  const isHere = (one: string): boolean =>
    sameHost(one, policy.gateway.host) || isLoopback(one) || policy.ownAddresses().some((own) => sameHost(own, one));
  // A file sent there would be read as commands, from an address that is trusted.
  if (port === policy.gateway.port && isHere(host)) return no(`port ${port} of ${host} is this gateway itself`);
  // There our own connection might pass for the rightful client's.
  if (policy.isDataPort(address, isHere)) return no(`port ${port} of ${host} waits for another client`);
  if (sameHost(host, client)) return { allowed: true };
  // A client on this machine that came over loopback may name the machine by its other addresses (S03).
  if (isLoopback(client) && isHere(host)) return { allowed: true };
  if (policy.allowThirdParty.some((network) => cidrContains(network, host))) return { allowed: true };
  return no(
    `${host} is not your address ${client} (RFC 2577); --allow-third-party ${host}/${bitsOf(host)} would permit it`,
  );
}

const no = (why: string): PortVerdict => ({ allowed: false, why });
const bitsOf = (host: string): number => (ipFamily(host) === 6 ? 128 : 32);

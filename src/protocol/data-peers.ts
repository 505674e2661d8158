// Who may be at the other end of a data connection: the host that the control connection goes to, and no service of anybody's
// (RFC 2577 sections 3 to 5 and 8). The gateway, the server and the client judge by this.
import { type Cidr, cidrContains } from "./cidr.ts";
import type { HostPort } from "./host-port.ts";
import { ipFamily, isLoopback, sameHost } from "./ip-address.ts";

/** Below are services, never a data port. */
const dataPortMin = 1024;

export const isServicePort = (port: number): boolean => port < dataPortMin;

/**
 * May data come from there, or go there, when `server` is the FTP server's host? Networks that do not know who connected give "",
 * as OpenSSH does; a name is resolved at the remote end, and says nothing here.
 */
export function isServer(server: string, remote: string): boolean {
  if (remote === "") return true;
  if (isLoopback(server)) return isLoopback(remote);
  return ipFamily(server) === undefined || sameHost(remote, server);
}

/** The same for the client: itself, by any loopback address, or whom the operator lets in for third-party transfers. */
export function isClient(client: string, remote: string, allowThirdParty: readonly Cidr[]): boolean {
  if (sameHost(remote, client) || (isLoopback(client) && isLoopback(remote))) return true;
  return allowThirdParty.some((network) => cidrContains(network, remote));
}

/** What a policy says of an address in PORT, EPRT or LPRT. */
export type TargetVerdict = { readonly allowed: true } | { readonly allowed: false; readonly why: string };

export interface TargetPolicy {
  /** The client's own address. */
  readonly client: string;
  /** Where the client reached us. */
  readonly here: HostPort;
  /** Other addresses of this machine. */
  readonly ownAddresses: () => readonly string[];
  readonly allowThirdParty: readonly Cidr[];
  /** A data port of ours that waits for this client: two transfers are joined. */
  readonly isJoin?: (address: HostPort) => boolean;
  /** A data port of ours that waits for somebody; `isHere` knows the addresses of this machine. */
  readonly isDataPort?: (address: HostPort, isHere: (host: string) => boolean) => boolean;
}

/** May we connect there for the client? The FTP bounce is what is feared. */
export function judgeTarget(policy: TargetPolicy, address: HostPort): TargetVerdict {
  const { host, port } = address;
  const { client, here } = policy;
  if (isServicePort(port)) return no(`port ${port} is privileged, which no FTP client listens on (RFC 2577)`);
  if (policy.isJoin?.(address)) return { allowed: true };
  const isHere = (one: string): boolean =>
    sameHost(one, here.host) || isLoopback(one) || policy.ownAddresses().some((own) => sameHost(own, one));
  // A file sent there would be read as commands, from an address that is trusted.
  if (port === here.port && isHere(host)) return no(`port ${port} of ${host} is this server itself`);
  // There our own connection might pass for the rightful client's.
  if (policy.isDataPort?.(address, isHere)) return no(`port ${port} of ${host} waits for another client`);
  // A client on this machine that came over loopback may name the machine by its other addresses (S03).
  if (isClient(client, host, policy.allowThirdParty) || (isLoopback(client) && isHere(host))) return { allowed: true };
  const network = `${host}/${ipFamily(host) === 6 ? 128 : 32}`;
  return no(`${host} is not your address ${client} (RFC 2577); --allow-third-party ${network} would permit it`);
}

const no = (why: string): TargetVerdict => ({ allowed: false, why });

// PORT's argument (RFC 959 section 4.1.2): h1,h2,h3,h4,p1,p2.
import { localFault, remoteFault } from "./fault.ts";
import { formatIp, isUnspecified, plainBytes } from "./ip-address.ts";
import { isPort, octetsOfPort, parseOctets, portOfOctets } from "./octets.ts";
import { printable } from "./printable.ts";

export interface HostPort {
  /** IP address in its usual spelling. */
  readonly host: string;
  /** 1 to 65535 */
  readonly port: number;
}

/** Some clients name every address of theirs, `0.0.0.0` or `::` (lftp at ::1): the one that they came from is meant. */
export function atClient(address: HostPort, client: string): HostPort {
  return isUnspecified(address.host) ? { host: client, port: address.port } : address;
}

/** Six octets; spaces around the numbers are tolerated, a number above 255 and port 0 are not. */
export function hostPortOfOctets(octets: readonly number[] | undefined): HostPort | undefined {
  const port = portOfOctets(octets?.slice(4) ?? []);
  return octets === undefined || port === undefined ? undefined : { host: formatIp(octets.slice(0, 4)), port };
}

/** @throws SallyportError `FTP_PROTOCOL_REMOTE` (reply 501) */
export function parsePort(argument: string): HostPort {
  const address = hostPortOfOctets(parseOctets(argument));
  if (address !== undefined) return address;
  throw remoteFault(`"${printable(argument, 80)}" is not an address and port of RFC 959`, undefined, 501);
}

/** @throws SallyportError `FTP_PROTOCOL_LOCAL` for what is not IPv4 (IPv4-mapped is), or port 0. */
export function formatPort(address: HostPort): string {
  const bytes = plainBytes(address.host);
  if (bytes?.length !== 4 || !isPort(address.port)) {
    throw localFault(`${address.host} port ${address.port} cannot be written as h1,h2,h3,h4,p1,p2`);
  }
  return `${bytes.join(",")},${octetsOfPort(address.port)}`;
}

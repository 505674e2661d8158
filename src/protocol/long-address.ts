// LPRT's argument (RFC 1639): family, length and bytes of the address, length and bytes of the port, all with commas.
import { localFault, remoteFault } from "./fault.ts";
import type { HostPort } from "./host-port.ts";
import { formatIp, ipBytes } from "./ip-address.ts";
import { isPort, octetsOfPort, parseOctets, portOfOctets } from "./octets.ts";
import { printable } from "./printable.ts";

/** Bytes of an address by RFC 1639's family number (the IP version). */
const addressBytes: Readonly<Record<number, number>> = { 4: 4, 6: 16 };

/** `undefined` when the octets are no address and port of a known family. */
export function longAddressOfOctets(octets: readonly number[]): HostPort | undefined {
  const [family = 0, length] = octets;
  if (length === undefined || addressBytes[family] !== length || octets[2 + length] !== 2) return undefined;
  const port = portOfOctets(octets.slice(3 + length));
  return port === undefined ? undefined : { host: formatIp(octets.slice(2, 2 + length)), port };
}

/**
 * Reads LPRT's argument.
 * @throws SallyportError `FTP_PROTOCOL_REMOTE`; the reply that it deserves is in `details.reply`: 521 for a family other
 * than 4 and 6, else 501.
 */
export function parseLprt(argument: string): HostPort {
  const octets = parseOctets(argument);
  const address = octets === undefined ? undefined : longAddressOfOctets(octets);
  if (address !== undefined) return address;
  const [family] = octets ?? [];
  if (family !== undefined && addressBytes[family] === undefined) {
    throw remoteFault(`address family ${family} is not supported, use (4,6)`, undefined, 521);
  }
  throw remoteFault(`"${printable(argument, 80)}" is not an address and port of RFC 1639`, undefined, 501);
}

/** A zone id is left out. @throws SallyportError `FTP_PROTOCOL_LOCAL` for a name or port 0. */
export function formatLprt(address: HostPort): string {
  const bytes = ipBytes(address.host);
  if (bytes === undefined || !isPort(address.port)) {
    throw localFault(`${address.host} port ${address.port} cannot be written as LPRT argument`);
  }
  return `${bytes.length === 4 ? 4 : 6},${bytes.length},${bytes.join(",")},2,${octetsOfPort(address.port)}`;
}

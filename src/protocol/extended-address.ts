// EPRT's argument (RFC 2428 section 2): <d>protocol<d>address<d>port<d>, with any delimiter of 33 to 126.

import type { SallyportError } from "./error.ts";
import { localFault, remoteFault } from "./fault.ts";
import type { HostPort } from "./host-port.ts";
import { formatIp, ipBytes } from "./ip-address.ts";
import { isPort } from "./octets.ts";
import { ownEntry } from "./own-entry.ts";
import { printable } from "./printable.ts";

/** Bytes of an address by RFC 2428's protocol number. */
const addressBytes: Readonly<Record<string, number>> = { "1": 4, "2": 16 };

/**
 * Reads EPRT's argument.
 * @throws SallyportError `FTP_PROTOCOL_REMOTE`; the reply that it deserves is in `details.reply`: 522 for a protocol other
 * than 1 and 2, else 501.
 */
export function parseEprt(argument: string): HostPort {
  const text = argument.trim();
  const fields = /^[!-~]/.test(text) ? text.split(text.charAt(0)) : [];
  const [, protocol = "", host = "", port = "", after] = fields;
  if (fields.length !== 5 || after !== "" || !/^\d{1,5}$/.test(protocol)) throw unreadable(argument);
  const expected = ownEntry(addressBytes, protocol);
  if (expected === undefined)
    throw remoteFault(`network protocol ${protocol} is not supported, use (1,2)`, undefined, 522);
  const bytes = host.includes("%") ? undefined : ipBytes(host);
  if (bytes?.length !== expected || !/^\d{1,5}$/.test(port) || !isPort(Number(port))) throw unreadable(argument);
  return { host: formatIp(bytes), port: Number(port) };
}

function unreadable(argument: string): SallyportError {
  return remoteFault(`"${printable(argument, 80)}" is not an address and port of RFC 2428`, undefined, 501);
}

/** With `|` as delimiter; a zone id is left out. @throws SallyportError `FTP_PROTOCOL_LOCAL` for a name or port 0. */
export function formatEprt(address: HostPort): string {
  const bytes = ipBytes(address.host);
  if (bytes === undefined || !isPort(address.port)) {
    throw localFault(`${address.host} port ${address.port} cannot be written as EPRT argument`);
  }
  return `|${bytes.length === 4 ? 1 : 2}|${formatIp(bytes)}|${address.port}|`;
}

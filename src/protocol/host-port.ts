// Addresses with a port as PORT (RFC 959 section 4.1.2), EPRT (RFC 2428) and LPRT (RFC 1639) write them.

import type { SallyportError } from "./error.ts";
import { localFault, remoteFault } from "./fault.ts";
import { formatIp, ipBytes, isUnspecified, plainBytes } from "./ip-address.ts";
import { ownEntry } from "./own-entry.ts";
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

// Numbers of one byte with commas between them: how RFC 959 and RFC 1639 write addresses and ports.

/** The numbers, or `undefined` when one of them is no decimal number of 0 to 255 with at most three digits. */
export function parseOctets(text: string): number[] | undefined {
  const parts = text.split(",").map((part) => part.trim());
  if (!parts.every((part) => /^\d{1,3}$/.test(part))) return undefined;
  const octets = parts.map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
}

/** Two bytes, high one first; 0, which is no port to connect to, is `undefined`. */
export function portOfOctets(octets: readonly number[]): number | undefined {
  const [high, low] = octets;
  if (octets.length !== 2 || high === undefined || low === undefined) return undefined;
  return high * 256 + low || undefined;
}

/** `p1,p2` */
export function octetsOfPort(port: number): string {
  return `${port >> 8},${port & 255}`;
}

/** A port that one can connect to. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}

/** Bytes of an address by RFC 2428's protocol number. */
const protocolBytes: Readonly<Record<string, number>> = { "1": 4, "2": 16 };

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
  const expected = ownEntry(protocolBytes, protocol);
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

/** Bytes of an address by RFC 1639's family number (the IP version). */
const familyBytes: Readonly<Record<number, number>> = { 4: 4, 6: 16 };

/** `undefined` when the octets are no address and port of a known family. */
export function longAddressOfOctets(octets: readonly number[]): HostPort | undefined {
  const [family = 0, length] = octets;
  if (length === undefined || familyBytes[family] !== length || octets[2 + length] !== 2) return undefined;
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
  if (family !== undefined && familyBytes[family] === undefined) {
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

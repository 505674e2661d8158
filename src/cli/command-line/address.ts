// Addresses, host names and networks as the options take them.

import { parseCidr } from "../../protocol/cidr.ts";
import { isSallyportError } from "../../protocol/error.ts";
import { ipFamily } from "../../protocol/ip-address.ts";
import { usageError } from "./usage-error.ts";

/**
 * True for what a host name or an address may look like. A leading `-` would be taken for an option by ssh; a zone
 * (`fe80::1%eth0`, RFC 4007 section 11) must not smuggle in what a shell would obey.
 */
export function isHostName(text: string): boolean {
  if (ipFamily(text) !== undefined) return /^[\w.:%-]+$/.test(text);
  return /^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u.test(text);
}

/** Reads an IPv4 or IPv6 address, brackets allowed. */
export function readAddress(text: string, what: string): string {
  const address = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (ipFamily(address) !== undefined) return address;
  throw usageError(
    `${what}: "${text}" is not an IP address`,
    `Give the address itself, for example ${what} 192.0.2.7.`,
  );
}

/** Reads an IPv4 address: a 227 reply has room for nothing else (RFC 959 section 4.2). */
export function readIpv4(text: string, what: string): string {
  if (ipFamily(text) === 4) return text;
  throw usageError(
    `${what}: "${text}" is not an IPv4 address`,
    "A 227 reply carries four numbers: give the address itself, not a name and not IPv6.",
  );
}

/** Reads `address/bits`; an address alone means that one host. Checked, and given back as it was written. */
export function readCidr(text: string, what: string, options: { readonly ipv4Only?: boolean } = {}): string {
  try {
    const { bytes } = parseCidr(text);
    if (options.ipv4Only !== true || bytes.length === 4) return text;
  } catch (error) {
    if (!isSallyportError(error)) throw error;
  }
  const example = options.ipv4Only === true ? "192.0.2.0/24 or 0.0.0.0/0" : "192.0.2.0/24 or 2001:db8::/32";
  const kind = options.ipv4Only === true ? "an IPv4 network" : "a network";
  throw usageError(`${what}: "${text}" is not ${kind}`, `Write it as address and bits, for example ${example}.`);
}

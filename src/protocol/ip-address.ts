// IP addresses as text and as bytes (RFC 4291 section 2.2 to read, RFC 5952 to write).

import { limits } from "./limits.ts";

/** Strict dotted decimal: a leading zero is octal to some readers and decimal to others, so it is no address. */
function parseIpv4(text: string): number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const octets = parts.map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
}

/** The groups on one side of `::`, as bytes. Only the last group may be dotted decimal. */
function parseGroups(text: string): number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    const dotted = index === groups.length - 1 && group.includes(".") ? parseIpv4(group) : undefined;
    if (dotted !== undefined) bytes.push(...dotted);
    else if (/^[0-9a-f]{1,4}$/i.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255);
    else return undefined;
  }
  return bytes;
}

function parseIpv6(text: string): number[] | undefined {
  const sides = text.split("::");
  const [head, tail] = [parseGroups(sides[0] ?? ""), parseGroups(sides[1] ?? "")];
  if (head === undefined || tail === undefined || sides.length > 2) return undefined;
  if (sides.length === 1) return head.length === 16 ? head : undefined;
  if (sides[0]?.includes(".") || head.length + tail.length > 14) return undefined;
  return [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail];
}

/** What was read lately: every transfer asks the same few addresses a dozen times who they are. */
const read: Map<string, readonly number[]> = new Map();

/** 4 or 16 bytes, `undefined` for what is not an IP address. A zone id (`%eth0`, RFC 4007 section 11) is ignored. */
export function ipBytes(host: string): readonly number[] | undefined {
  const known = read.get(host);
  if (known !== undefined) return known;
  const bytes = parseIpv4(host) ?? parseIpv6(host.replace(/%[^%\s/]+$/, ""));
  if (bytes === undefined) return undefined;
  if (read.size >= limits.addressesReadMax) read.clear();
  read.set(host, bytes);
  return bytes;
}

const mappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

/** Like {@link ipBytes}, with an IPv4-mapped address (RFC 4291 section 2.5.5.2) as the 4 bytes that it stands for. */
export function plainBytes(host: string): readonly number[] | undefined {
  const bytes = ipBytes(host);
  return bytes?.length === 16 && mappedPrefix.every((byte, index) => bytes[index] === byte) ? bytes.slice(12) : bytes;
}

/** The usual spelling of 4 or 16 bytes (RFC 5952). */
export function formatIp(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join(".");
  if (mappedPrefix.every((byte, index) => bytes[index] === byte)) return `::ffff:${bytes.slice(12).join(".")}`;
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  const zeros = longestZeros(groups);
  if (zeros.length < 2) return groups.join(":");
  return `${groups.slice(0, zeros.start).join(":")}::${groups.slice(zeros.start + zeros.length).join(":")}`;
}

/** The first of the longest runs of zero groups (RFC 5952 section 4.2.3). */
function longestZeros(groups: readonly string[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === "0" ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}

/** The family as spelled (an IPv4-mapped address is 6); `undefined` for a name. */
export function ipFamily(host: string): 4 | 6 | undefined {
  const length = ipBytes(host)?.length;
  return length === 4 ? 4 : length === 16 ? 6 : undefined;
}

/** `::ffff:1.2.3.4` becomes `1.2.3.4`; anything else stays as it is. */
export function plainHost(host: string): string {
  const bytes = plainBytes(host);
  return bytes?.length === 4 && host.includes(":") ? formatIp(bytes) : host;
}

/** True when both name the same address, however spelled; zone ids are ignored. Names are equal without regard to case. */
export function sameHost(a: string, b: string): boolean {
  if (a === b) return true;
  const [first, second] = [plainBytes(a), plainBytes(b)];
  if (first === undefined || second === undefined) return first === second && a.toLowerCase() === b.toLowerCase();
  return formatIp(first) === formatIp(second);
}

/** 127.0.0.0/8, ::1 and the name `localhost` (RFC 6761 section 6.3). */
export function isLoopback(host: string): boolean {
  const bytes = plainBytes(host);
  if (bytes === undefined) return host.toLowerCase() === "localhost";
  return bytes.length === 4 ? bytes[0] === 127 : formatIp(bytes) === "::1";
}

/** 169.254.0.0/16 (RFC 3927) and fe80::/10 (RFC 4291 section 2.5.6). */
export function isLinkLocal(host: string): boolean {
  const [first = 0, second = 0, ...rest] = plainBytes(host) ?? [];
  return rest.length === 2 ? first === 169 && second === 254 : first === 0xfe && (second & 0xc0) === 0x80;
}

/** 0.0.0.0 and `::`: every address of a listener, no address of a peer. */
export function isUnspecified(host: string): boolean {
  return plainBytes(host)?.every((byte) => byte === 0) ?? false;
}

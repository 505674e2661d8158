// 227, 228 and 229: where the server listens (RFC 959, RFC 1639, RFC 2428 section 3). The RFCs leave the wording open
// (RFC 1123 section 4.1.2.6), so the numbers are searched for.

import { type Cidr, cidrContains } from "./cidr.ts";
import type { SallyportError } from "./error.ts";
import { localFault, remoteFault } from "./fault.ts";
import {
  formatLprt,
  formatPort,
  type HostPort,
  hostPortOfOctets,
  isPort,
  longAddressOfOctets,
  parseOctets,
} from "./host-port.ts";
import { printable } from "./printable.ts";
import { makeReply, type Reply } from "./reply.ts";

/** 229 names no host: it is the one of the control connection. */
export type PassiveAddress = HostPort | { readonly host: undefined; readonly port: number };

/** What is searched of a reply: patterns may cost the square of it, and no server needs more to name a port. */
const SEARCHED_CHARACTERS_MAX = 1000;

/** The lines without their codes. */
function textOf(reply: Reply): string {
  const lines = reply.lines.map((line) => line.replace(/^[1-6]\d\d[ -]?/, ""));
  return lines.join(" ").slice(0, SEARCHED_CHARACTERS_MAX);
}

function unreadable(reply: Reply, rfc: string): SallyportError {
  return remoteFault(`the server's passive reply cannot be read by ${rfc}: "${printable(reply.lines[0] ?? "", 120)}"`);
}

/** Different runs of at least `countMin` numbers with commas between them. Those in brackets are meant, if there are any. */
function numberRuns(text: string, countMin: number): string[] {
  const runs = Array.from(text.matchAll(/([([=]?\s*)(\d+(?:\s*,\s*\d+)+)/g), ([, mark = "", run = ""]) => ({
    marked: mark.trim() !== "",
    numbers: run.replace(/\s/g, ""),
  })).filter(({ numbers }) => numbers.split(",").length >= countMin);
  const marked = runs.filter((run) => run.marked);
  return Array.from(new Set((marked.length > 0 ? marked : runs).map((run) => run.numbers)));
}

/** Exactly one address must come out of it: to guess a data port is to connect to somebody else's service. */
function onlyAddress(runs: readonly string[], read: (octets: number[]) => HostPort | undefined): HostPort | undefined {
  const octets = runs.length === 1 ? parseOctets(runs[0] ?? "") : undefined;
  return octets === undefined ? undefined : read(octets);
}

/**
 * `(h1,h2,h3,h4,p1,p2)`, with or without brackets, `=` (publicfile), spaces and words around; 0.0.0.0 is passed on.
 * @throws SallyportError `FTP_PROTOCOL_REMOTE`
 */
export function parse227(reply: Reply): HostPort {
  const address = onlyAddress(numberRuns(textOf(reply), 6), hostPortOfOctets);
  if (address === undefined) throw unreadable(reply, "RFC 959");
  return address;
}

/** `(4,4,h1,h2,h3,h4,2,p1,p2)` or with 6,16 and sixteen bytes. @throws SallyportError `FTP_PROTOCOL_REMOTE` */
export function parse228(reply: Reply): HostPort {
  const address = onlyAddress(numberRuns(textOf(reply), 9), longAddressOfOctets);
  if (address === undefined) throw unreadable(reply, "RFC 1639");
  return address;
}

/** The first that is found once counts; group 2 is the port. A delimiter without brackets must be one that stands in no word. */
const patterns229: readonly RegExp[] = [
  /\(\s*([!-~])\s*\1\s*\1\s*(\d{1,5})\s*\1\s*\)/g,
  // Protocol and address filled in: RFC 2428 section 3 leaves them empty, some servers do not.
  /\(\s*([!-/:-@[-`{-~])\s*[12]\s*\1[\s\da-f.:]*\1\s*(\d{1,5})\s*\1\s*\)/gi,
  /\(\s*([!-/:-@[-`{-~])\s*\1\s*\1\s*(\d{1,5})\s*\)/g,
  /([!-/:-@[-`{-~])\s*\1\s*\1\s*(\d{1,5})\s*\1/g,
];

/** The ports that the first pattern finds which finds any. */
function matchesOfFirst(text: string): number[] {
  for (const pattern of patterns229) {
    const ports = Array.from(text.matchAll(pattern), (match) => Number(match[2]));
    if (ports.length > 0) return ports;
  }
  return [];
}

/**
 * `(|||port|)` with any delimiter (IBM i writes `!`), spaces, missing brackets.
 * @throws SallyportError `FTP_PROTOCOL_REMOTE`
 */
export function parse229(reply: Reply): number {
  const text = textOf(reply);
  const matches = matchesOfFirst(text);
  const [port = 0] = matches.every((one) => one === matches[0]) ? matches : [];
  if (!isPort(port)) throw unreadable(reply, "RFC 2428");
  return port;
}

/**
 * Reads by the reply's code, whatever was asked: NAT64 gear answers PASV with 229. Any other 2yz (200) counts as 227, as lftp
 * takes it, if it names an address.
 * @throws SallyportError `FTP_PROTOCOL_REMOTE`
 */
export function parsePassive(reply: Reply): PassiveAddress {
  if (reply.code === 227) return parse227(reply);
  if (reply.code === 228) return parse228(reply);
  if (reply.code === 229) return { host: undefined, port: parse229(reply) };
  if (reply.code >= 200 && reply.code < 300) return parse227(reply);
  throw unreadable(reply, "RFC 959, RFC 1639 or RFC 2428");
}

/** @throws SallyportError `FTP_PROTOCOL_LOCAL` when the address is not IPv4. */
export function make227(address: HostPort): Reply {
  return makeReply(227, `Entering Passive Mode (${formatPort(address)}).`);
}

/** @throws SallyportError `FTP_PROTOCOL_LOCAL` for a name or port 0. */
export function make228(address: HostPort): Reply {
  return makeReply(228, `Entering Long Passive Mode (${formatLprt(address)}).`);
}

/** @throws SallyportError `FTP_PROTOCOL_LOCAL` for port 0. */
export function make229(port: number): Reply {
  if (!isPort(port)) throw localFault(`${port} is no port for a 229 reply`);
  return makeReply(229, `Entering Extended Passive Mode (|||${port}|).`);
}

// The address that clients of a network are sent in 227 (scenario S13).

export interface PassiveAddressRule {
  /** What clients in `cidr` are sent. */
  readonly address: string;
  readonly cidr: Cidr;
}

/** The address of the most specific network that contains `client`; of equals the first. `undefined` when none does. */
export function choosePassiveAddress(rules: readonly PassiveAddressRule[], client: string): string | undefined {
  let best: PassiveAddressRule | undefined;
  for (const rule of rules) {
    if (!cidrContains(rule.cidr, client)) continue;
    if (best === undefined || rule.cidr.prefix > best.cidr.prefix) best = rule;
  }
  return best?.address;
}

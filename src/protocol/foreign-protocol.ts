// Other protocols that end up at an FTP port, recognised by their first words. A web page can make a browser send FTP commands
// inside an HTTP request (ALPACA, CVE-2021-3618), so such a connection is closed before its second line is read.

import { findCommand } from "./command-table.ts";
import type { SallyportError } from "./error.ts";
import { remoteFault } from "./fault.ts";
import { limits } from "./limits.ts";
import { printable } from "./printable.ts";

export type ForeignProtocol = "HTTP" | "SMTP" | "SSH" | "TLS";

export interface ForeignGreeting {
  readonly protocol: ForeignProtocol;
  /** What gave it away; never more than the first word, since the rest may hold credentials. */
  readonly text: string;
}

/** First byte of a TLS record: handshake (RFC 8446 section 5.1). No FTP command starts with it. */
export const TLS_HANDSHAKE = 0x16;
/** First byte of a TLS record: alert, which is what a TLS server answers to plain text. */
export const TLS_ALERT = 0x15;

/** None of these is an FTP command, whatever follows them. `PRI` opens HTTP/2 (RFC 9113 section 3.4). */
const firstWords: readonly { readonly protocol: ForeignProtocol; readonly pattern: RegExp }[] = [
  { protocol: "HTTP", pattern: /^(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|PRI)(?= )/ },
  { protocol: "SMTP", pattern: /^(?:HELO|EHLO|LHLO)(?= |$)/i },
  { protocol: "SSH", pattern: /^SSH-[!-~]{1,80}/ },
];

/** A request may have any word for its method, `NOOP` too, and FTP commands before it (an HTTP client that pipelines). */
const requestEnd = /\sHTTP\/\d(?:\.\d)?\s*$/i;
/** `Host: example.org`. */
const header = /^\S+:(?=\s|$)/;

/** What any line of a client is that has not logged in, when it is a part of an HTTP request. */
export function recogniseRequest(line: string): ForeignGreeting | undefined {
  const text = header.exec(line)?.[0] ?? (requestEnd.test(line) ? (/^\S*/.exec(line)?.[0] ?? "") : undefined);
  return text === undefined ? undefined : { protocol: "HTTP", text };
}

/** What the first line of a client is, when it is not FTP. */
export function recogniseForeign(line: string): ForeignGreeting | undefined {
  for (const { protocol, pattern } of firstWords) {
    const match = pattern.exec(line);
    if (match !== null) return { protocol, text: match[0] };
  }
  return undefined;
}

// What stands where a reply should stand: mostly another protocol, because the port is another one's.

const hint = "Give the host and port of the FTP server, usually port 21, as the target.";
const tlsHint =
  "Implicit TLS (port 990) is not carried; give the plain FTP port, usually 21. SSH protects the connection.";

const telling: readonly { readonly pattern: RegExp; readonly who: string }[] = [
  { pattern: /^SSH-\d/, who: "an SSH server" },
  { pattern: /^(?:HTTP\/\d|<!DOCTYPE|<html)/i, who: "an HTTP server" },
  { pattern: /^\+OK /, who: "a POP3 server" },
  { pattern: /^\* OK /, who: "an IMAP server" },
];

/** For a line by which another protocol is known. */
export function otherProtocol(line: string): SallyportError | undefined {
  const who = telling.find(({ pattern }) => pattern.test(line))?.who;
  if (who === undefined) return undefined;
  return remoteFault(`the target is ${who}, not an FTP server; it sent "${printable(line, 80)}"`, hint);
}

/** For too many lines that are not FTP replies; `line` is the first. */
export function noReply(line: string): SallyportError {
  const message = `the server sent ${limits.skippedLinesMax} lines and more that are not FTP replies: "${printable(line, 80)}"`;
  return remoteFault(message, "Is it an FTP server?");
}

/** For a first byte that opens a TLS record. */
export function tlsReply(): SallyportError {
  return remoteFault("the target speaks TLS from its first byte, not plain FTP", tlsHint);
}

// A program that speaks another protocol at us sends one line after another that is no FTP command (ALPACA, CVE-2021-3618).

/** Counts the unknown commands of one client, before it has logged in. */
export class UnknownCommands {
  #count = 0;

  /** True once there are too many. */
  add(verb: string): boolean {
    if (findCommand(verb) === undefined) this.#count += 1;
    return this.#count >= limits.unknownCommandsMax;
  }
}

export const tooManyUnknown = "Too many unknown commands. Goodbye.";

// Other protocols that end up at an FTP port, told by their first words. A web page can make a browser send FTP commands
// inside an HTTP request (ALPACA, CVE-2021-3618), so such a connection is closed before its second line is read.

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

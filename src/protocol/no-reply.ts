// What stands where a reply should stand: mostly another protocol, because the port is another one's.
import type { SallyportError } from "./error.ts";
import { remoteFault } from "./fault.ts";
import { limits } from "./limits.ts";
import { printable } from "./printable.ts";

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

// What stands where a reply should stand: mostly another protocol, because the port is another one's.
import type { SallyportError } from "./error.ts";
import { remoteFault } from "./fault.ts";
import { printable } from "./printable.ts";

const cure = "Give the host and port of the FTP server, usually port 21, as the target.";
const tlsCure =
  "Implicit TLS (port 990) is not carried; give the plain FTP port, usually 21. SSH protects the connection.";

const telling: readonly { readonly pattern: RegExp; readonly who: string }[] = [
  { pattern: /^SSH-\d/, who: "an SSH server" },
  { pattern: /^(?:HTTP\/\d|<!DOCTYPE|<html)/i, who: "an HTTP server" },
];

/** For a line that is no FTP reply; names the protocol when the line tells it. */
export function noReply(line: string): SallyportError {
  const who = telling.find(({ pattern }) => pattern.test(line))?.who;
  const shown = `"${printable(line, 80)}"`;
  if (who === undefined)
    return remoteFault(`the server sent a line that is no FTP reply: ${shown}`, "Is it an FTP server?");
  return remoteFault(`the target is ${who}, not an FTP server; it sent ${shown}`, cure);
}

/** For a first byte that opens a TLS record. */
export function tlsReply(): SallyportError {
  return remoteFault("the target speaks TLS from its first byte, not plain FTP", tlsCure);
}

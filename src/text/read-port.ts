// A TCP port as people write it.
import { ownEntry } from "../protocol/own-entry.ts";
import { usageError } from "./usage-error.ts";

/** The services that FTP through SSH has to do with (IANA registry; ssh asks getservbyname, which Node does not offer). */
const services: Readonly<Record<string, number>> = { "ftp-data": 20, ftp: 21, ssh: 22 };

/** Reads a TCP port: a number, or the name of a service. `free` also allows 0, which picks a free port. */
export function readPort(text: string, what: string, options: { readonly free?: boolean } = {}): number {
  const port = ownEntry(services, text.toLowerCase()) ?? (/^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN);
  const lowest = options.free === true ? 0 : 1;
  if (port >= lowest && port <= 65535) return port;
  throw usageError(
    `${what}: "${text}" is not a port`,
    `A port is a number from ${lowest} to 65535, or one of ${Object.keys(services).join(", ")}.`,
  );
}

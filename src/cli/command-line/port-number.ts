// Ports as people type them: a number, or the name of a service.
import type { PortRange } from "../../platform/network.ts";
import { usageError } from "./usage-error.ts";

/** The services that FTP through SSH has to do with (IANA registry; ssh asks getservbyname, which Node does not offer). */
const services: ReadonlyMap<string, number> = new Map([
  ["ftp-data", 20],
  ["ftp", 21],
  ["ssh", 22],
]);

/** Reads a TCP port. `what` names the place in messages (`-p`); `free` also allows 0, which picks a free port. */
export function parsePort(text: string, what: string, options: { readonly free?: boolean } = {}): number {
  const port = services.get(text.toLowerCase()) ?? (/^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN);
  const lowest = options.free === true ? 0 : 1;
  if (port >= lowest && port <= 65535) return port;
  throw usageError(
    `${what}: "${text}" is not a port`,
    `A port is a number from ${lowest} to 65535, or one of ${[...services.keys()].join(", ")}.`,
  );
}

/** Reads `A-B`, or one port. */
export function parsePortRange(text: string, what: string): PortRange {
  const [first = "", last = first, ...rest] = text.split("-");
  const range = { first: parsePort(first, what), last: parsePort(last, what) };
  if (rest.length === 0 && range.first <= range.last) return range;
  throw usageError(`${what}: "${text}" is not a range of ports`, `Write the lower port first: ${what} 50000-50100.`);
}

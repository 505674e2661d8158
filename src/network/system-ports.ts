// Which ports the system gives where any will do: what an administrator has set, and opened in a firewall perhaps.
import { readFileSync } from "node:fs";

export interface SystemPorts {
  readonly first: number;
  readonly count: number;
}

const directory = "/proc/sys/net/ipv4";

/** Undefined: not Linux, or some of them are reserved, which the system heeds by itself. */
export function systemPorts(
  read: (path: string) => string = (path) => readFileSync(path, "latin1"),
): SystemPorts | undefined {
  try {
    if (read(`${directory}/ip_local_reserved_ports`).trim() !== "") return undefined;
    const [first = Number.NaN, last = Number.NaN] = read(`${directory}/ip_local_port_range`)
      .trim()
      .split(/\s+/)
      .map(Number);
    return first > 0 && last >= first ? { first, count: last - first + 1 } : undefined;
  } catch {
    return undefined;
  }
}

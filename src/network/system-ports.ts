// Which ports the system gives where any will do: what an administrator has set, and opened in a firewall perhaps.
import { readFileSync } from "node:fs";

/** `count` ports, from `first` on every `step`th. */
export interface SystemPorts {
  readonly first: number;
  readonly count: number;
  readonly step: number;
}

const directory = "/proc/sys/net/ipv4";

/**
 * Every other one: those whose parity is the first one's Linux gives to who connects, and whoever ends a connection first leaves the port in TIME-WAIT,
 * where nobody can listen for a minute. Undefined: not Linux, or some of them are reserved, which the system heeds by itself.
 */
export function systemPorts(
  read: (path: string) => string = (path) => readFileSync(path, "latin1"),
): SystemPorts | undefined {
  try {
    if (read(`${directory}/ip_local_reserved_ports`).trim() !== "") return undefined;
    const [first = Number.NaN, last = Number.NaN] = read(`${directory}/ip_local_port_range`)
      .trim()
      .split(/\s+/)
      .map(Number);
    return first > 0 && last > first ? { first: first + 1, count: (last - first + 1) >> 1, step: 2 } : undefined;
  } catch {
    return undefined;
  }
}

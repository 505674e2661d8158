// What `netstat -tan` would print on a host.
import { formatEndpoint } from "../../platform/endpoint.ts";
import type { Kernel } from "./kernel.ts";
import { TcpSocket } from "./tcp-socket.ts";

export interface NetstatRow {
  readonly local: string;
  /** `*:*` for a listener. */
  readonly remote: string;
  readonly state: string;
  /** Bytes that the program did not read; connections that it did not accept. */
  readonly unread: number;
}

/** In the order of the local ports. */
export function netstatOf(kernel: Kernel): readonly NetstatRow[] {
  return Array.from(kernel.table.all(), (socket) => ({
    local: formatEndpoint(socket.local),
    remote: socket.remote === undefined ? "*:*" : formatEndpoint(socket.remote),
    state: socket.state,
    unread: socket instanceof TcpSocket ? socket.unread : socket.waiting,
  }));
}

/** As a table with the heading of netstat(8). */
export function formatNetstat(rows: readonly NetstatRow[]): string {
  const lines = [
    ["Proto", "Recv-Q", "Local Address", "Foreign Address", "State"],
    ...rows.map(({ local, remote, state, unread }) => ["tcp", String(unread), local, remote, state]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

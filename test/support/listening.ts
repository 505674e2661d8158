// Which TCP ports does a process listen on? From /proc, so that it also works for a process in another network namespace.
import { readdirSync, readlinkSync } from "node:fs";
import { tcpRows } from "./socket-table.ts";

/** Ports that process `pid` itself listens on, in ascending order. */
export function listeningPortsOf(pid: number): number[] {
  const inodes = socketInodesOf(pid);
  const ports = tcpRows(pid)
    .filter((row) => row.state === "LISTEN" && inodes.has(row.inode))
    .map((row) => row.localPort);
  return [...new Set(ports)].sort((a, b) => a - b);
}

function socketInodesOf(pid: number): Set<string> {
  const inodes = new Set<string>();
  try {
    for (const name of readdirSync(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1];
      if (inode !== undefined) inodes.add(inode);
    }
  } catch {
    // The process or the descriptor went away meanwhile.
  }
  return inodes;
}

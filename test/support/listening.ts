// Which TCP ports does a process listen on? From /proc, so that it also works for a process in another network namespace.
import { readdirSync, readlinkSync } from "node:fs";
import { tcpRows } from "./socket-table.ts";

/**
 * Ports that process `pid` itself listens on, in ascending order. Where its descriptors are not shown to us (a ProFTPD that
 * an ordinary user started hides them): every port that its network namespace listens on.
 */
export function listeningPortsOf(pid: number): number[] {
  const listening = tcpRows(pid).filter((row) => row.state === "LISTEN");
  const inodes = socketInodesOf(pid);
  const own = inodes === undefined ? listening : listening.filter((row) => inodes.has(row.inode));
  return [...new Set(own.map((row) => row.localPort))].sort((a, b) => a - b);
}

function socketInodesOf(pid: number): Set<string> | undefined {
  const inodes = new Set<string>();
  try {
    for (const name of readdirSync(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkTarget(`/proc/${pid}/fd/${name}`))?.[1];
      if (inode !== undefined) inodes.add(inode);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EACCES") return undefined;
    // The process went away meanwhile.
  }
  return inodes;
}

/** Empty for a descriptor that went away meanwhile, such as that of the directory itself. */
function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

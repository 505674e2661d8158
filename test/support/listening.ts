// Which TCP ports does a process listen on? From /proc, so that it also works for a process in another network namespace.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const stateListen = "0A"; // include/net/tcp_states.h

/** True when process `pid` itself holds a socket that listens on `port`. */
export function listensOn(pid: number, port: number): boolean {
  const inodes = socketInodesOf(pid);
  return ["tcp", "tcp6"].some((table) =>
    rowsOf(`/proc/${pid}/net/${table}`).some(
      (row) => row.state === stateListen && row.localPort === port && inodes.has(row.inode),
    ),
  );
}

/** Ports that process `pid` itself listens on, in ascending order. */
export function listeningPortsOf(pid: number): number[] {
  const inodes = socketInodesOf(pid);
  const ports = ["tcp", "tcp6"].flatMap((table) =>
    rowsOf(`/proc/${pid}/net/${table}`)
      .filter((row) => row.state === stateListen && inodes.has(row.inode))
      .map((row) => row.localPort),
  );
  return [...new Set(ports)].sort((a, b) => a - b);
}

interface SocketRow {
  readonly localPort: number;
  readonly state: string;
  readonly inode: string;
}

function rowsOf(path: string): SocketRow[] {
  const lines = readOrEmpty(path).split("\n").slice(1);
  return lines.map((line) => {
    const fields = line.trim().split(/\s+/);
    return {
      localPort: Number.parseInt(fields[1]?.split(":")[1] ?? "", 16),
      state: fields[3] ?? "",
      inode: fields[9] ?? "",
    };
  });
}

function socketInodesOf(pid: number): Set<string> {
  const inodes = new Set<string>();
  try {
    for (const name of readdirSync(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOrEmpty(`/proc/${pid}/fd/${name}`))?.[1];
      if (inode !== undefined) inodes.add(inode);
    }
  } catch {
    // The process is gone.
  }
  return inodes;
}

function linkOrEmpty(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

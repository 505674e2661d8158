// Names for sockets in messages: `socket:[123]` as /proc/self/fd shows it -> `tcp 127.0.0.1:21 - 127.0.0.1:4711 ESTABLISHED`.
import { readFileSync } from "node:fs";

const states = [
  "",
  "ESTABLISHED",
  "SYN_SENT",
  "SYN_RECV",
  "FIN_WAIT1",
  "FIN_WAIT2",
  "TIME_WAIT",
  "CLOSE",
  "CLOSE_WAIT",
  "LAST_ACK",
  "LISTEN",
  "CLOSING",
];

export interface TcpRow {
  readonly local: string;
  readonly localPort: number;
  readonly remote: string;
  readonly state: string;
  readonly inode: string;
}

/** TCP sockets of both families as process `pid` sees them, so in its network namespace. */
export function tcpRows(pid: number | "self"): TcpRow[] {
  return ["tcp", "tcp6"].flatMap((table) =>
    readOrEmpty(`/proc/${pid}/net/${table}`)
      .split("\n")
      .slice(1)
      .filter((line) => line.trim() !== "")
      .map(parseRow),
  );
}

function parseRow(line: string): TcpRow {
  const fields = line.trim().split(/\s+/);
  const local = parseAddress(fields[1] ?? "");
  return {
    local: `${local.host}:${local.port}`,
    localPort: local.port,
    remote: (({ host, port }) => `${host}:${port}`)(parseAddress(fields[2] ?? "")),
    state: states[Number.parseInt(fields[3] ?? "0", 16)] ?? "",
    inode: fields[9] ?? "",
  };
}

/** Addresses stand there as 32-bit words in the byte order of the machine (little-endian here), ports in network order. */
function parseAddress(text: string): { host: string; port: number } {
  const [address = "", port = "0"] = text.split(":");
  const bytes = (address.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, "hex")].reverse());
  const host = bytes.length === 4 ? bytes.join(".") : `[${Buffer.from(bytes).toString("hex")}]`;
  return { host, port: Number.parseInt(port, 16) };
}

/** Of this process: link target in /proc/self/fd to a readable name. */
export function describeSockets(): Map<string, string> {
  const names = tcpRows("self").map(
    (row) => [`socket:[${row.inode}]`, `tcp ${row.local} - ${row.remote} ${row.state}`] as const,
  );
  const unix = readOrEmpty("/proc/self/net/unix")
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .map((fields) => [`socket:[${fields[6]}]`, `unix ${fields[7] ?? "(unnamed)"}`] as const);
  return new Map([...names, ...unix]);
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

// One socket of this machine by its ends, as Linux has it: asked of the kernel, else looked for in the tables of /proc (proc(5)).
import { endianness } from "node:os";
import type { Endpoint, Ends } from "../platform/endpoint.ts";
import { ipBytes, isLoopback, plainBytes, sameHost } from "../protocol/ip-address.ts";
import type { SocketDiag, SocketRow } from "./socket-diag.ts";
import { TcpTable } from "./tcp-table.ts";

let diag: SocketDiag | undefined;

/** It is asked first from now on. For the whole process, so for the program to decide and not for the library: it takes another process. */
export function askFirst(kernel: SocketDiag): void {
  diag ??= kernel;
}

const tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"].map((path) => new TcpTable(path));

/** Both ends are on this machine. */
export function isWithinMachine({ local, remote }: Ends): boolean {
  return isLoopback(remote.host) || sameHost(remote.host, local.host);
}

/** Of the end `local`; `undefined` where there is none, or the system does not tell, or the signal is aborted. */
export function socketRow(ends: Ends, signal?: AbortSignal): Promise<SocketRow | undefined> {
  const asked = diag?.find(ends, signal);
  return asked === undefined ? rowInTables(ends, signal) : asked.then((row) => row ?? rowInTables(ends, signal));
}

async function rowInTables(ends: Ends, signal: AbortSignal | undefined): Promise<SocketRow | undefined> {
  const wanted = { local: spellings(ends.local), remote: spellings(ends.remote) };
  for (const table of tables) {
    const fields = await table.find(wanted, signal);
    if (fields !== undefined) return rowOf(fields);
  }
  return undefined;
}

/** The fifth field is `tx_queue:rx_queue`, of which the first counts what has not been acknowledged. */
function rowOf([, , , , queues = "", , , uid = "", , inode = ""]: readonly string[]): SocketRow {
  return { uid: Number(uid), inode: Number(inode), unacknowledged: Number.parseInt(queues, 16) };
}

/** An endpoint as the tables have it: an IPv4 address also as the IPv6 socket that speaks IPv4 has it. */
function spellings({ host, port }: Endpoint): string[] {
  const bytes = plainBytes(host);
  if (bytes === undefined) return [];
  const mapped = ipBytes(`::ffff:${bytes.slice(0, 4).join(".")}`);
  const all = bytes.length === 4 && mapped !== undefined ? [bytes, mapped] : [bytes];
  const digits = port.toString(16).toUpperCase().padStart(4, "0");
  return all.map((address) => `${words(address)}:${digits}`);
}

/** As 32-bit words in the byte order of the machine, which is what the kernel prints. */
function words(bytes: readonly number[]): string {
  const hex = bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, "0"));
  if (endianness() === "BE") return hex.join("");
  return hex.map((_, at) => hex[(at & ~3) + 3 - (at & 3)]).join("");
}

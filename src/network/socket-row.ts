// One socket of this machine in the system's tables, by its ends: Linux, in /proc (proc(5)).
import { endianness } from "node:os";
import type { Endpoint, Ends } from "../platform/endpoint.ts";
import { ipBytes, isLoopback, plainBytes, sameHost } from "../protocol/ip-address.ts";
import { TcpTable } from "./tcp-table.ts";

const tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"].map((path) => new TcpTable(path));

/** Both ends are on this machine. */
export function isWithinMachine({ local, remote }: Ends): boolean {
  return isLoopback(remote.host) || sameHost(remote.host, local.host);
}

/** The fields of the row that belongs to the end `local`; `undefined` where there is none, or no such table, or the signal is aborted. */
export async function socketRow({ local, remote }: Ends, signal?: AbortSignal): Promise<readonly string[] | undefined> {
  const wanted = { local: spellings(local), remote: spellings(remote) };
  for (const table of tables) {
    const row = await table.find(wanted, signal);
    if (row !== undefined) return row;
  }
  return undefined;
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

// Whose is the socket at the other end? Only within this machine, and only where the system tells: Linux, in /proc (proc(5)).
import { endianness } from "node:os";
import type { Endpoint } from "../platform/endpoint.ts";
import { ipBytes, isLoopback, plainBytes, sameHost } from "../protocol/ip-address.ts";
import { TcpTable } from "./tcp-table.ts";

/** Both ends of a connection, as this machine sees them. */
interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

const tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"].map((path) => new TcpTable(path));

/**
 * User id of the process that holds the remote end; `"gone"` when it has closed that end already; `undefined` when that cannot
 * be known: the remote end is on another machine or in another network namespace, or the system does not tell.
 */
export async function socketOwner(ends: Ends): Promise<number | "gone" | undefined> {
  const { local, remote } = ends;
  if (!isLoopback(remote.host) && !sameHost(remote.host, local.host)) return undefined;
  const wanted = { local: spellings(remote), remote: spellings(local) };
  for (const table of tables) {
    const row = await table.find(wanted);
    if (row !== undefined) return ownerIn(row);
  }
  return undefined;
}

/** A socket that no process holds any more belongs to nobody, and the kernel tells that as root. */
function ownerIn(row: readonly string[]): number | "gone" {
  const [, , , , , , , uid = "", , inode = ""] = row;
  return uid === "0" && inode === "0" ? "gone" : Number(uid);
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

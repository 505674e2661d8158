// What a connection that was seen on the wires is for. Programs leave no name on their packets, so it is concluded from who
// has told that it connects there, and from ports.
import type { Endpoint } from "../../platform/endpoint.ts";
import type { LabEvent } from "../evidence.ts";
import type { SeenConnection } from "./capture/connections.ts";

type ConnectionEvent = Extract<LabEvent, { type: "connection" }>;
type Role = Pick<ConnectionEvent, "role" | "carries">;

const ports = { ftp: 21, ftpData: 20, ssh: 22 } as const;

/** Where FTP clients connected to, or tried to, and where they listened. */
export interface ClientCall {
  readonly type: "connects" | "listens";
  readonly host: string;
  readonly at: Endpoint;
  readonly role: "control" | "data";
  /** Seconds of the wall clock. */
  readonly time: number;
}

const isSame = (one: Endpoint, other: Endpoint): boolean => one.port === other.port && one.host === other.host;

/** Whether it is the connection that was meant by the call. */
export function isOf(seen: SeenConnection, call: ClientCall): boolean {
  return call.type === "connects" && call.host === seen.fromHost && isSame(call.at, seen.to);
}

export function roleOf(seen: SeenConnection, calls: readonly ClientCall[]): Role {
  const own = calls.find((call) => isOf(seen, call));
  if (own !== undefined) return { role: own.role };
  if (seen.finalPort === ports.ssh) return { role: "ssh" };
  if (seen.finalPort === ports.ftp) return { role: "forwarded", carries: "control" };
  // RFC 959 section 3.2: all servers here are told to connect from port 20.
  if (seen.from.port === ports.ftpData) return { role: "data" };
  const awaited = calls.some(
    ({ type, host, at }) => type === "listens" && host === seen.toHost && at.port === seen.finalPort,
  );
  return awaited ? { role: "data" } : { role: "forwarded", carries: "data" };
}

// What a connection that was seen on the wires is for. Programs leave no name on their packets, so it is concluded from who
// has told that it connects there, and from ports.
import type { Endpoint } from "../../platform/endpoint.ts";
import type { LabEvent } from "../evidence.ts";
import type { SeenConnection } from "./capture/connections.ts";

type ConnectionEvent = Extract<LabEvent, { type: "connection" }>;
type Role = Pick<ConnectionEvent, "role" | "carries">;

const ports = { ftp: 21, ftpData: 20, ssh: 22 } as const;

/** A connection that an FTP client made or tried. */
export interface ClientAttempt {
  readonly host: string;
  readonly to: Endpoint;
  readonly role: "control" | "data";
}

export function roleOf(seen: SeenConnection, attempts: readonly ClientAttempt[]): Role {
  const own = attempts.find(
    ({ host, to }) => host === seen.fromHost && to.port === seen.to.port && to.host === seen.to.host,
  );
  if (own !== undefined) return { role: own.role };
  if (seen.finalPort === ports.ssh) return { role: "ssh" };
  if (seen.finalPort === ports.ftp) return { role: "forwarded", carries: "control" };
  // RFC 959 section 3.2: all servers here are told to connect from port 20.
  if (seen.from.port === ports.ftpData) return { role: "data" };
  return { role: "forwarded", carries: "data" };
}

// Connections for the evidence: those that were seen, and those of which nothing could be seen.
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import type { LabEvent } from "../evidence.ts";
import type { SeenConnection } from "./capture/connections.ts";
import { type NetworkPlan, nodeWith } from "./network/plan.ts";

/** `zero`: seconds of the wall clock when the run began. */
export function connectionEvents(
  plan: NetworkPlan,
  seen: readonly SeenConnection[],
  calls: readonly ClientCall[],
  zero: number,
): LabEvent[] {
  const unseen = calls.filter((call) => call.type === "connects" && !seen.some((one) => isOf(one, call)));
  return [...seen.map((one) => event(one, calls, zero)), ...unseen.map((call) => failed(plan, call, zero))];
}

function event(seen: SeenConnection, calls: readonly ClientCall[], zero: number): LabEvent {
  const role = roleOf(seen, calls);
  return {
    type: "connection",
    atMs: Math.max(0, (seen.time - zero) * 1000),
    from: formatEndpoint(seen.from),
    to: formatEndpoint(seen.to),
    fromHost: seen.fromHost,
    toHost: seen.toHost,
    ...role,
    result: seen.result,
    ...definedProps({ stoppedAt: seen.stoppedAt }),
    clear: seen.onWire && role.role !== "ssh",
  };
}

/** No packet has left: its own system said no. */
function failed(plan: NetworkPlan, { host, at, role, time }: ClientCall, zero: number): LabEvent {
  const own = plan.attachments.find(({ node }) => node === host)?.address ?? host;
  return {
    type: "connection",
    atMs: (time - zero) * 1000,
    from: own,
    to: formatEndpoint(at),
    fromHost: host,
    toHost: nodeWith(plan, at.host) ?? "",
    role,
    result: "failed",
    stoppedAt: host,
    clear: false,
  };
}

// What a connection that was seen on the wires is for. Programs leave no name on their packets, so it is concluded from who
// has told that it connects there, and from ports.
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
function isOf(seen: SeenConnection, call: ClientCall): boolean {
  return call.type === "connects" && call.host === seen.fromHost && isSame(call.at, seen.to);
}

function roleOf(seen: SeenConnection, calls: readonly ClientCall[]): Role {
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

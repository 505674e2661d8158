// Connections for the evidence: those that were seen, and those of which nothing could be seen.
import { formatEndpoint } from "../../platform/endpoint.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import type { LabEvent } from "../evidence.ts";
import type { SeenConnection } from "./capture/connections.ts";
import { type NetworkPlan, nodeWith } from "./network/plan.ts";
import { type ClientCall, isOf, roleOf } from "./roles.ts";

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

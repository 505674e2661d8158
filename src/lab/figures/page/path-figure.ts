// The path that the doctor looked at, as the network figure draws it: three boxes, and each connection that was tried.
import type { ConnectionReport } from "../../../doctor/connections.ts";
import type { DoctorReport } from "../../../doctor/report.ts";
import type { Evidence } from "../../evidence.ts";
import type { Topology } from "../../topology.ts";
import type { ConnectionEvent } from "../marks.ts";

const names = { client: "you", ssh: "SSH host", server: "FTP server" } as const;

/** The hosts, by what they do; their names stand in the title. */
export function pathTopology({ server, via }: DoctorReport): Topology {
  const attached = { path: "" };
  const hosts = [
    { name: names.client, title: "this machine", attached: {} },
    ...(via === undefined ? [] : [{ name: names.ssh, title: via, attached: {} }]),
    { name: names.server, title: server, attached: {} },
  ].map((host) => ({ ...host, attached }));
  return { wires: [{ name: "path", title: "whatever lies between" }], hosts, routers: [] };
}

/** Each with what is to be said of it, in the order of the report; SSH before what went through it. */
export function pathConnections({ connections, via }: DoctorReport): readonly (readonly [ConnectionEvent, string])[] {
  const through = connections.filter(({ way }) => way === "ssh");
  const direct = connections.filter(({ way }) => way === "direct");
  const ssh = via === undefined || through.length === 0 ? [] : [[sshConnection(via), `SSH to ${via}: made`] as const];
  const described = (one: ConnectionReport) => [event(one), describe(one)] as const;
  return [...direct.map(described), ...ssh, ...through.map(described)];
}

/** For a figure. */
export function pathEvidence(report: DoctorReport): Evidence {
  const events = pathConnections(report).map(([one]) => one);
  return { events, outcome: { works: true, reply: 0, dataBesideSsh: false } };
}

/** `EPSV to 203.0.113.3:50000: dropped` */
function describe({ carries, to, fate, clear }: ConnectionReport): string {
  return `${carries} to ${to}: ${fate}${fate === "made" && clear ? ", in the clear" : ""}`;
}

const common = { type: "connection", atMs: 0 } as const;

const sshConnection = (via: string): ConnectionEvent => ({
  ...common,
  from: names.client,
  to: via,
  fromHost: names.client,
  toHost: names.ssh,
  role: "ssh",
  result: "made",
  clear: false,
});

function event({ way, carries, by, to, fate, clear }: ConnectionReport): ConnectionEvent {
  const near = way === "ssh" ? names.ssh : names.client;
  const [fromHost, toHost] = by === "client" ? [near, names.server] : [names.server, near];
  const kind = carries === "control" ? "control" : "data";
  const result = fate === "unreachable" ? "failed" : fate;
  const role = way === "ssh" && by === "client" ? { role: "forwarded" as const, carries: kind } : { role: kind };
  return { ...common, from: fromHost, to, fromHost, toHost, ...(role as { role: "control" }), result, clear };
}

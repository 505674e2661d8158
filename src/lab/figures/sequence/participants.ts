// The lifelines of a sequence diagram: the programs of each host, hosts from left to right.
import type { Evidence, LabEvent } from "../../evidence.ts";
import type { Topology } from "../../topology.ts";
import { connectionsOf } from "../marks.ts";
import { nodesInOrder } from "../network/lanes.ts";

export interface Participant {
  readonly host: string;
  readonly program: "client" | "gateway" | "sshd" | "server" | "other";
  /** Of a client: its name in the evidence. */
  readonly party: string;
  readonly label: string;
  /** Of a client: its control connection goes to ssh or Sallyport. */
  readonly usesSsh: boolean;
}

export type LineEvent = Extract<LabEvent, { type: "line" }>;

/** What stands between FTP client and SSH. */
export type GatewayName = "ssh" | "Sallyport";

/** Name of an FTP server in the evidence; every other party is a client. */
const serverParty = "ftp-server";

export const isServerLine = (line: LineEvent): boolean => line.party === serverParty;

export function participantsOf(topology: Topology, evidence: Evidence, gateway: GatewayName): Participant[] {
  const hosts = nodesInOrder(topology).filter(({ kind }) => kind === "host");
  return hosts.flatMap(({ name }) => programsOf(name, evidence, gateway));
}

function programsOf(host: string, evidence: Evidence, gateway: GatewayName): Participant[] {
  const connections = connectionsOf(evidence);
  const lines = evidence.events.filter((event) => event.type === "line").filter((line) => line.host === host);
  const parties = new Set(lines.filter((line) => !isServerLine(line)).map((line) => line.party));
  const has = (role: string, end: "fromHost" | "toHost"): boolean =>
    connections.some((connection) => connection.role === role && connection[end] === host);
  const isServer =
    lines.some(isServerLine) ||
    connections.some(({ role, toHost, to }) => role !== "ssh" && toHost === host && to.endsWith(":21"));
  const clients = parties.size > 0 ? Array.from(parties) : has("control", "fromHost") ? ["client"] : [];
  const found: Participant[] = clients.map((party) => ({
    host,
    program: "client",
    party,
    label: party === "client" ? "FTP client" : party,
    usesSsh: usesSsh(host, party, evidence),
  }));
  if (has("ssh", "fromHost")) found.push({ host, program: "gateway", party: "", label: gateway, usesSsh: false });
  if (has("ssh", "toHost")) found.push({ host, program: "sshd", party: "", label: "sshd", usesSsh: false });
  if (isServer) found.push({ host, program: "server", party: serverParty, label: "FTP server", usesSsh: false });
  // Somebody else, whom a connection has met.
  if (found.length === 0 && (has("data", "toHost") || has("data", "fromHost"))) {
    found.push({ host, program: "other", party: "", label: "no FTP", usesSsh: false });
  }
  return found;
}

/** The control connection of a client is the last one from its host before its first line. */
function usesSsh(host: string, party: string, { events }: Evidence): boolean {
  const first = events.findIndex((event) => event.type === "line" && event.host === host && event.party === party);
  const control = events
    .slice(0, first < 0 ? undefined : first)
    .findLast((event) => event.type === "connection" && event.role === "control" && event.fromHost === host);
  if (control?.type !== "connection") return false;
  return events.some(
    (event) => event.type === "connection" && event.role === "ssh" && event.fromHost === control.toHost,
  );
}

// What stands below the name of a host: the programs that run there in this run, as the evidence has them.

const names: Readonly<Record<Participant["program"], string>> = {
  client: "FTP client",
  gateway: "",
  sshd: "sshd",
  server: "FTP server",
  other: "no FTP",
};

/** The topology with a title for each host; one that has a title keeps it. */
export function withPrograms(topology: Topology, evidence: Evidence, gateway: GatewayName): Topology {
  const participants = participantsOf(topology, evidence, gateway);
  const titleOf = (host: string): string => {
    const there = participants.filter((one) => one.host === host).map(({ program }) => names[program] || gateway);
    return [...new Set(there)].join(" and ");
  };
  return { ...topology, hosts: topology.hosts.map((host) => ({ title: titleOf(host.name), ...host })) };
}

// What stands below the name of a host: the programs that run there in this run, as the evidence tells.
import type { Evidence } from "../evidence.ts";
import type { Topology } from "../topology.ts";
import { type GatewayName, type Participant, participantsOf } from "./sequence/participants.ts";

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

// The failures of the lab's scenarios, planted: what runs where, and what the doctor is to find there.
import type { ProbedMode } from "../../src/doctor/facts.ts";
import { trusting } from "../../src/lab/scenarios/sessions.ts";
import * as topologies from "../../src/lab/scenarios/topologies.ts";
import type { FtpServerPlan, Stage } from "../../src/lab/stage.ts";
import type { Topology } from "../../src/lab/topology.ts";

const { clientAddress, privateClientAddress, serverAddress, serverNatAddress, openTopology } = topologies;

export const plain =
  (server: FtpServerPlan = {}) =>
  async (stage: Stage): Promise<void> => {
    await stage.ftpServer("server", server);
    await stage.sshd("server");
  };

const behindSsh =
  (local: string, server: FtpServerPlan = {}, to = serverAddress) =>
  async (stage: Stage): Promise<void> => {
    await plain(server)(stage);
    await stage.ssh("client", { to, local: [local] });
  };

const outer = {
  passiveAddress: { address: serverNatAddress, network: "0.0.0.0/0" },
  passivePorts: { first: 50_000, last: 50_009 },
};

export interface Planted {
  readonly scenario: string;
  readonly topology: Topology;
  readonly plant: (stage: Stage) => Promise<unknown>;
  /** Default: the forwarded port of this machine. */
  readonly server?: { readonly host: string; readonly port?: number };
  readonly modes: readonly ProbedMode[];
  /** With these modes. */
  readonly found: string;
}

export const forwarded = { host: "127.0.0.1", port: 2001 };
export const toServer = { host: serverAddress };

export const planted: readonly Planted[] = [
  {
    scenario: "S02",
    topology: openTopology,
    plant: behindSsh("2001:203.0.113.3:21", trusting),
    modes: ["EPSV", "PASV"],
    found: "D02",
  },
  {
    scenario: "S03",
    topology: openTopology,
    plant: behindSsh("198.51.100.2:2001:localhost:21", trusting),
    server: { host: clientAddress, port: 2001 },
    modes: ["EPRT", "PORT"],
    found: "D03",
  },
  {
    scenario: "S04",
    topology: openTopology,
    plant: behindSsh("2001:localhost:21"),
    modes: ["EPSV", "PASV"],
    found: "D04",
  },
  {
    scenario: "S05",
    topology: openTopology,
    plant: behindSsh("2001:203.0.113.3:21", trusting),
    modes: ["EPRT", "PORT"],
    found: "D05",
  },
  {
    scenario: "S06",
    topology: topologies.sharedTopology,
    plant: async (stage) => {
      await plain(trusting)(stage);
      await stage.ssh("client", { to: serverAddress, local: ["2001:203.0.113.3:21"], isForAll: true });
    },
    server: { host: clientAddress, port: 2001 },
    modes: ["EPRT", "PORT"],
    found: "D06",
  },
  {
    scenario: "S07",
    topology: openTopology,
    plant: behindSsh("2001:203.0.113.3:21"),
    modes: ["EPRT", "PORT"],
    found: "D07",
  },
  { scenario: "S08", topology: openTopology, plant: behindSsh("2001:203.0.113.3:21"), modes: ["PASV"], found: "D08" },
  {
    scenario: "S09",
    topology: topologies.filteredTopology,
    plant: plain(),
    server: toServer,
    modes: ["EPRT", "PORT"],
    found: "D09",
  },
  {
    scenario: "S10",
    topology: topologies.clientNatTopology,
    plant: plain(trusting),
    server: toServer,
    modes: ["EPRT", "PORT"],
    found: "D10",
  },
  {
    scenario: "S11",
    topology: topologies.helperNatTopology,
    plant: behindSsh(`${privateClientAddress}:2001:${serverAddress}:21`, trusting),
    server: { host: privateClientAddress, port: 2001 },
    modes: ["EPRT", "PORT"],
    found: "D11",
  },
  {
    scenario: "S12",
    topology: topologies.serverNatTopology(),
    plant: plain(),
    server: { host: serverNatAddress },
    modes: ["PASV"],
    found: "D12",
  },
  {
    scenario: "S13",
    topology: topologies.serverNatTopology(outer.passivePorts),
    plant: behindSsh("2001:localhost:21", outer, serverNatAddress),
    modes: ["PASV"],
    found: "D13",
  },
  {
    scenario: "S17",
    topology: openTopology,
    plant: plain({ defaultPorts: true }),
    server: toServer,
    modes: ["default-port"],
    found: "D17",
  },
  {
    scenario: "S18",
    topology: openTopology,
    plant: behindSsh("2001:localhost:21", { defaultPorts: true }),
    modes: ["default-port"],
    found: "D18",
  },
  {
    scenario: "S19",
    topology: openTopology,
    plant: behindSsh("2001:localhost:21", { demandsTls: true }),
    modes: ["EPSV", "PASV"],
    found: "D19",
  },
];

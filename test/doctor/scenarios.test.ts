// The worlds of the lab, each with its failure planted: the doctor finds it, and no other.
import { describe, expect, it } from "vitest";
import type { ProbedMode } from "../../src/doctor/facts.ts";
import { trusting } from "../../src/lab/scenarios/sessions.ts";
import * as topologies from "../../src/lab/scenarios/topologies.ts";
import type { FtpServerPlan, Stage } from "../../src/lab/stage.ts";
import { watchResources } from "../support/resources.ts";
import { diagnose, type Visit } from "./simulated.ts";

watchResources();

const { clientAddress, privateClientAddress, serverAddress, serverNatAddress, openTopology } = topologies;

const plain =
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

interface Planted extends Pick<Visit, "topology" | "plant"> {
  readonly scenario: string;
  readonly server?: Visit["server"];
  readonly modes: readonly ProbedMode[];
  /** With these modes. */
  readonly found: string;
}

const forwarded = { host: "127.0.0.1", port: 2001 };
const toServer = { host: serverAddress };

const planted: readonly Planted[] = [
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

describe.each(planted)("$scenario", ({ topology, plant, server = forwarded, modes, found }) => {
  it(`is found as ${found}, and nothing else`, async () => {
    const { findings } = await diagnose({ topology, plant, server, modes });
    expect(findings.map(({ id, way }) => `${id} ${way}`)).toEqual([`${found} direct`]);
    expect(findings[0]?.evidence).not.toEqual([]);
  });
});

describe.each([
  ["S14 and S15, no forward between", plain(), toServer, openTopology],
  ["behind a packet filter, passive modes", plain(), toServer, topologies.filteredTopology],
] as const)("%s", (_, plant, server, topology) => {
  it("is healthy", async () => {
    const modes: ProbedMode[] = topology === openTopology ? ["EPSV", "PASV", "EPRT", "PORT"] : ["EPSV", "PASV"];
    const { findings, verdict } = await diagnose({ topology, plant, server, modes });
    expect(findings).toEqual([]);
    expect(verdict).toEqual({ health: "well", working: { direct: modes, ssh: [] } });
  });
});

it("through SSH all of it works where nothing does directly", async () => {
  const { findings, verdict } = await diagnose({
    topology: topologies.serverNatTopology(),
    plant: plain(),
    server: { host: serverNatAddress },
    modes: ["PASV"],
    via: serverNatAddress,
  });
  expect(findings.map(({ id, way }) => `${id} ${way}`)).toEqual(["D12 direct"]);
  expect(verdict).toEqual({ health: "warnings", working: { direct: [], ssh: ["PASV"] } });
});

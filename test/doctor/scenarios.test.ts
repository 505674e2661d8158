// The worlds of the lab, each with its failure planted: the doctor finds it, and no other.
import { describe, expect, it } from "vitest";
import type { ProbedMode } from "../../src/doctor/facts.ts";
import { observationsOf } from "../../src/doctor/observations.ts";
import * as topologies from "../../src/lab/scenarios/topologies.ts";
import type { RunningProgram, Stage } from "../../src/lab/stage.ts";
import { watchResources } from "../support/resources.ts";
import { forwarded, plain, planted, toServer } from "./planted.ts";
import { diagnose } from "./simulated.ts";

watchResources();

const { serverNatAddress, openTopology } = topologies;

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

it("S16: servers that refuse each other's address", async () => {
  const visit = {
    topology: topologies.twoServersTopology,
    plant: async (stage: Stage) => void (await Promise.all([stage.ftpServer("a"), stage.ftpServer("b")])),
    server: { host: topologies.serverA },
    modes: ["PASV"] as const,
    thirdParty: { host: topologies.serverB },
  };
  const { findings } = await diagnose(visit);
  expect(findings.map(({ id }) => id)).toEqual(["D16"]);
});

it("S20: a server that goes away in the middle of a listing", async () => {
  let server: RunningProgram | undefined;
  const { findings } = await diagnose({
    topology: openTopology,
    plant: async (stage) => {
      server = await stage.ftpServer("server");
    },
    server: toServer,
    modes: ["PASV"],
    onCommand: (line) => line === "LIST" && void server?.vanish(),
  });
  expect(findings.map(({ id }) => id)).toEqual(["D20"]);
});

it("one of two addresses that leads nowhere is found, and clients that try it first wait", async () => {
  const { findings, facts } = await diagnose({
    topology: openTopology,
    plant: plain(),
    server: toServer,
    modes: ["PASV"],
    addresses: ["198.51.100.77", topologies.serverAddress],
  });
  expect(findings).toMatchObject([{ id: "D43", severity: "warning" }]);
  expect(facts.name?.addresses).toMatchObject([{ call: "unreachable" }, { call: "made", from: "198.51.100.2" }]);
});

const passivePorts = { first: 50_000, last: 50_009 };
const behindNat = {
  topology: topologies.serverNatTopology(passivePorts),
  server: { host: serverNatAddress },
  via: serverNatAddress,
};

it("a server that names its private address, and whose ports are forwarded, works with clients that look past it", async () => {
  const { findings, verdict } = await diagnose({
    ...behindNat,
    plant: plain({ passivePorts }),
    modes: ["EPSV", "PASV"],
  });
  expect(findings).toMatchObject([{ id: "D12", way: "direct", severity: "warning" }]);
  expect(verdict).toMatchObject({ health: "warnings", working: { direct: ["EPSV", "PASV"], ssh: ["EPSV", "PASV"] } });
});

it("a helper of the server's NAT is seen by what the server says inside SSH", async () => {
  const { topology } = behindNat;
  const routers = topology.routers.map((router) => ({ ...router, ftpHelper: router.name === "nat" }));
  const { findings, facts } = await diagnose({
    ...behindNat,
    topology: { ...topology, routers },
    plant: plain({ passivePorts }),
    modes: ["PASV"],
    serverHost: topologies.privateServerAddress,
  });
  expect(findings).toEqual([]);
  expect(observationsOf(facts).join("\n")).toMatch(
    /inside SSH the server names 10\.0\.0\.3:\d+, so a NAT on the way rewrites 227/,
  );
});

it("a helper of the client's NAT is seen by the server's call to a private address", async () => {
  const { topology } = { topology: topologies.helperNatTopology };
  const { findings, facts } = await diagnose({ topology, plant: plain(), server: toServer, modes: ["PORT"] });
  expect(findings).toEqual([]);
  expect(observationsOf(facts).join("\n")).toMatch(
    /calls, directly: from 203\.0\.113\.3:20\..*rewrites our private address/s,
  );
});

it("a firewall that lets in some of the passive ports only", async () => {
  const open = { first: 50_000, last: 50_000 };
  const { findings } = await diagnose({
    topology: topologies.serverNatTopology(open),
    plant: plain({
      passiveAddress: { address: serverNatAddress, network: "0.0.0.0/0" },
      passivePorts: { first: 50_000, last: 50_001 },
    }),
    server: { host: serverNatAddress },
    modes: ["EPSV", "PASV"],
  });
  expect(findings.map(({ id, way }) => `${id} ${way}`)).toEqual(["D15 direct"]);
});

it.each([
  [true, []],
  [false, ["D46"]],
])("a server that compares addresses: %s", async (comparesAddresses, ids) => {
  const { findings, facts, verdict } = await diagnose({
    topology: openTopology,
    plant: plain({ comparesAddresses }),
    server: toServer,
    modes: ["PASV"],
    via: topologies.serverAddress,
  });
  expect(findings.map(({ id }) => id)).toEqual(ids);
  expect(facts.peer?.isTaken).toBe(!comparesAddresses);
  expect(verdict.health).toBe("well");
});

it("S17: the wait is measured", async () => {
  const [one] = planted.filter(({ scenario }) => scenario === "S17");
  const { findings } = await diagnose({ ...(one as (typeof planted)[number]), server: toServer });
  expect(findings[0]?.evidence.join("\n")).toMatch(/the next listing worked after \d+ s/);
});

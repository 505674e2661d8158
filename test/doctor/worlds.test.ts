// Healthy simulations, drawn from seeds: the doctor finds nothing. And simulations with two faults: it finds both.
import { expect, it } from "vitest";
import type { ProbedMode } from "../../src/doctor/facts.ts";
import * as topologies from "../../src/lab/scenarios/topologies.ts";
import type { Stage } from "../../src/lab/stage.ts";
import type { Topology } from "../../src/lab/topology.ts";
import { watchResources } from "../support/resources.ts";
import { diagnose } from "./simulated.ts";

watchResources();

const { serverAddress, serverNatAddress } = topologies;
const passivePorts = { first: 50_000, last: 50_019 };
const all: readonly ProbedMode[] = ["EPSV", "PASV", "EPRT", "PORT"];
const passive: readonly ProbedMode[] = ["EPSV", "PASV"];

interface Kind {
  readonly topology: Topology;
  readonly host: string;
  readonly modes: readonly ProbedMode[];
  readonly plan?: Parameters<Stage["ftpServer"]>[1];
}

/** What works as it is meant to. */
const kinds: readonly Kind[] = [
  { topology: topologies.openTopology, host: serverAddress, modes: all },
  { topology: topologies.helperNatTopology, host: serverAddress, modes: all },
  { topology: topologies.clientNatTopology, host: serverAddress, modes: passive },
  { topology: topologies.filteredTopology, host: serverAddress, modes: passive },
  {
    topology: topologies.serverNatTopology(passivePorts),
    host: serverNatAddress,
    modes: all,
    plan: { passiveAddress: { address: serverNatAddress, network: "0.0.0.0/0" }, passivePorts },
  },
];

/** WORLDS=200 draws as many. */
const count = Number(process.env["WORLDS"] ?? 10);

it(`of ${count} healthy simulations none has a finding`, async () => {
  for (let seed = 1; seed <= count; seed += 1) {
    const { topology, host, modes, plan } = kinds[seed % kinds.length] as Kind;
    // A line of up to 200 ms, there and back.
    const wires = topology.wires.map((wire, index) => ({ ...wire, latencyMs: 1 + ((seed * 37 + index * 11) % 100) }));
    const plant = async (stage: Stage): Promise<void> => {
      await stage.ftpServer("server", plan);
      await stage.sshd("server");
    };
    const { findings, verdict } = await diagnose({
      topology: { ...topology, wires },
      plant,
      server: { host },
      modes,
      seed,
      ...(seed % 2 === 0 ? { via: host } : {}),
    });
    expect({ seed, findings, health: verdict.health }).toEqual({ seed, findings: [], health: "well" });
  }
});

const idsOf = ({ findings }: { readonly findings: readonly { readonly id: string }[] }): string[] =>
  findings.map(({ id }) => id).sort();

/** A NAT before each of them; the server's forwards its control port only. */
const twoNats: Topology = {
  wires: [
    { name: "near", title: "the client's private network" },
    { name: "middle", title: "the Internet", latencyMs: 10 },
    { name: "inside", title: "the server's private network" },
  ],
  hosts: [
    { name: "client", attached: { near: "192.168.1.2/24" }, gateway: "192.168.1.1" },
    { name: "server", attached: { inside: "10.0.0.3/24" }, gateway: "10.0.0.1" },
  ],
  routers: [
    {
      name: "nat",
      title: "NAT of the client",
      attached: { near: "192.168.1.1/24", middle: "203.0.113.1/24" },
      masquerade: "middle",
    },
    {
      name: "server-nat",
      title: "NAT of the server",
      attached: { middle: "203.0.113.2/24", inside: "10.0.0.1/24" },
      masquerade: "middle",
      forwards: [{ wire: "middle", ports: { first: 21, last: 21 }, to: { host: "10.0.0.3", port: 21 } }],
    },
  ],
};

it("two faults: a NAT before the client in active mode, a NAT before the server in passive mode", async () => {
  const server = { host: "203.0.113.2" };
  const found = await diagnose({
    topology: twoNats,
    plant: (stage) => stage.ftpServer("server"),
    server,
    modes: ["PASV", "PORT"],
  });
  expect(idsOf(found)).toEqual(["D10", "D12"]);
  expect(found.verdict.health).toBe("broken");
});

it("two faults of one forward: data past the tunnel in passive mode, a refused PORT in active mode", async () => {
  const plant = async (stage: Stage): Promise<void> => {
    await stage.ftpServer("server");
    await stage.sshd("server");
    await stage.ssh("client", { to: serverAddress, local: ["2001:203.0.113.3:21"] });
  };
  const { topology } = kinds[0] as Kind;
  const found = await diagnose({ topology, plant, server: { host: "127.0.0.1", port: 2001 }, modes: ["PASV", "PORT"] });
  expect(idsOf(found)).toEqual(["D07", "D08"]);
});

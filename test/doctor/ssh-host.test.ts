// What an SSH host is found to allow: where it listens, and how many sessions it opens.
import { describe, expect, it } from "vitest";
import { observationsOf } from "../../src/doctor/observations.ts";
import { openTopology, serverAddress } from "../../src/lab/scenarios/topologies.ts";
import type { Stage } from "../../src/lab/stage.ts";
import type { Topology } from "../../src/lab/topology.ts";
import { watchResources } from "../support/resources.ts";
import { toServer } from "./planted.ts";
import { diagnose } from "./simulated.ts";

watchResources();

const visit = (gatewayPorts: "no" | "yes" | "clientspecified") => ({
  topology: openTopology,
  plant: async (stage: Stage) => {
    await stage.ftpServer("server");
    await stage.sshd("server", { gatewayPorts });
  },
  server: toServer,
  modes: ["PASV"] as const,
  via: serverAddress,
});

describe.each([
  ["no", { forLoopback: "refused", forEverywhere: "refused", fromHere: "refused" }, []],
  ["clientspecified", { forLoopback: "refused", forEverywhere: "made", fromHere: "made" }, []],
  ["yes", { forLoopback: "made", forEverywhere: "made", fromHere: "made" }, ["D53"]],
] as const)("GatewayPorts %s", (gatewayPorts, gateway, ids) => {
  it("is seen by calls to another address of the SSH host, and from here", async () => {
    const { facts, findings, verdict } = await diagnose(visit(gatewayPorts));
    expect(facts.ssh?.gateway).toEqual(gateway);
    expect(findings.map(({ id }) => id)).toEqual(ids);
    expect(verdict.health).toBe("well");
  });
});

it("the line's round trip, and what the windows make of it", async () => {
  const wires = openTopology.wires.map((wire) => ({ ...wire, latencyMs: wire.name === "far" ? 24 : 1 }));
  const topology: Topology = { ...openTopology, wires };
  const { facts } = await diagnose({ ...visit("no"), topology });
  const seen = observationsOf(facts).join("\n");
  expect(seen).toMatch(/round trip 50 ms\. .* 2 MiB, so at most 42 MB\/s; one of Sallyport's grows to 328 MB\/s/);
});

/** An FTP server beside the SSH host: active mode needs GatewayPorts there. */
const twoHosts: Topology = {
  ...openTopology,
  hosts: [...openTopology.hosts, { name: "ssh-host", attached: { far: "203.0.113.4/24" }, gateway: "203.0.113.1" }],
};

it.each([
  ["no", ["D30 ssh"], ["PASV"]],
  ["clientspecified", [], ["PASV", "PORT"]],
] as const)("an FTP server on another host than sshd with GatewayPorts %s", async (gatewayPorts, found, working) => {
  const { findings, verdict } = await diagnose({
    ...visit(gatewayPorts),
    topology: twoHosts,
    plant: async (stage) => {
      await stage.ftpServer("server");
      await stage.sshd("ssh-host", { gatewayPorts });
    },
    via: "203.0.113.4",
    serverHost: serverAddress,
    modes: ["PASV", "PORT"],
  });
  expect(findings.map(({ id, way }) => `${id} ${way}`)).toEqual(found);
  expect(verdict.working.ssh).toEqual(working);
  if (found.length > 0) expect(findings[0]?.evidence.join()).toContain("sshd listens on loopback only");
});

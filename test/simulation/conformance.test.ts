// A simulated host passes the conformance suite: with itself over loopback, and with another host over a wire.

import { Host } from "../../src/simulation/host/host.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import { SimulatedSsh } from "../../src/simulation/ssh/ssh-client.ts";
import { SimulatedSshd } from "../../src/simulation/ssh/ssh-server.ts";
import type { NetworkFixture } from "../../src/testing/network/network-fixture.ts";
import { describeNetwork } from "../conformance/network-suite.ts";
import { watchResources } from "../support/resources.ts";
import { makeStage, never } from "./stage.ts";

const capabilities = { chooseLocalEnd: true, knowsRemoteAddress: true, resetReachesPeer: true, seesPeerReset: true };

/** What programs hold; what only the system holds may take its time. */
function leftovers(host: Host): string[] {
  return [...host.kernel.table.all()]
    .filter((socket) => socket.remote === undefined || socket.isOpen)
    .map((socket) => `${socket.local.port} ${socket.state}`);
}

async function openSimulatedFixture(loopback: string): Promise<NetworkFixture> {
  const host = new Host(new Simulation({ runsFreely: true }), "host");
  const network = host.network();
  return { network, peer: network, loopback, capabilities, leftovers: () => leftovers(host), close: async () => {} };
}

/** Through a simulated SSH connection: the remote end is another host, where the peer is. */
async function openSshFixture(): Promise<NetworkFixture> {
  const { simulation, client, server } = makeStage({ runsFreely: true, wire: { latencyMs: 0.25 } });
  const sshd = await SimulatedSshd.start(server);
  const ssh = await SimulatedSsh.connect(client, { host: "10.0.0.3", signal: never });
  return {
    network: ssh.network,
    peer: server.network(),
    loopback: "127.0.0.1",
    capabilities: { ...capabilities, chooseLocalEnd: false },
    leftovers: () => [...ssh.open, ...sshd.open],
    close: async () => {
      await ssh[Symbol.asyncDispose]();
      await sshd[Symbol.asyncDispose]();
      await simulation.turn();
    },
  };
}

watchResources();
describeNetwork("a simulated host", () => openSimulatedFixture("127.0.0.1"));
describeNetwork("a simulated host, IPv6", () => openSimulatedFixture("::1"));
describeNetwork("the remote end of a simulated SSH connection", openSshFixture);

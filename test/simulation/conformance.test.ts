// A simulated host passes the conformance suite: with itself over loopback, and with another host over a wire.

import { Host } from "../../src/simulation/host/host.ts";
import { World } from "../../src/simulation/world.ts";
import type { NetworkFixture } from "../conformance/network-fixture.ts";
import { describeNetwork } from "../conformance/network-suite.ts";
import { watchResources } from "../support/resources.ts";

const capabilities = { chooseLocalEnd: true, knowsRemoteAddress: true, resetReachesPeer: true, seesPeerReset: true };

/** What programs hold; what only the system holds may take its time. */
function leftovers(host: Host): string[] {
  return [...host.kernel.table.all()]
    .filter((socket) => socket.remote === undefined || socket.isOpen)
    .map((socket) => `${socket.local.port} ${socket.state}`);
}

async function openSimulatedFixture(loopback: string): Promise<NetworkFixture> {
  const host = new Host(new World({ runsFreely: true }), "host");
  const network = host.network();
  return { network, peer: network, loopback, capabilities, leftovers: () => leftovers(host), close: async () => {} };
}

watchResources();
describeNetwork("a simulated host", () => openSimulatedFixture("127.0.0.1"));
describeNetwork("a simulated host, IPv6", () => openSimulatedFixture("::1"));

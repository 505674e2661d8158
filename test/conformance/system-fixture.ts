// This machine as a fixture: for its own conformance, and for tests that need real sockets.
import { systemNetwork } from "../../src/network/system-network.ts";
import type { NetworkFixture } from "../../src/testing/network/network-fixture.ts";

/** Sockets of this process, those of the peer included: the suite clears both away. */
const sockets = (): readonly string[] => process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP"));

export async function openSystemFixture(loopback = "127.0.0.1"): Promise<NetworkFixture> {
  return {
    network: systemNetwork,
    peer: systemNetwork,
    loopback,
    capabilities: { chooseLocalEnd: true, knowsRemoteAddress: true, resetReachesPeer: true, seesPeerReset: true },
    leftovers: sockets,
    close: async () => {},
  };
}

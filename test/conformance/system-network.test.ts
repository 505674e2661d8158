// This machine's network passes the conformance suite.
import { systemNetwork } from "../../src/network/system-network.ts";
import { describeNetwork } from "./network-suite.ts";

/** Sockets of this process, those of the peer included: the suite clears both away. */
const sockets = (): readonly string[] => process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP"));

describeNetwork("this machine", async () => ({
  network: systemNetwork,
  peer: systemNetwork,
  loopback: "127.0.0.1",
  capabilities: { chooseLocalEnd: true, knowsRemoteAddress: true, resetReachesPeer: true, seesPeerReset: true },
  leftovers: sockets,
  close: async () => {},
}));

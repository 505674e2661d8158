// The embedded SSH network passes the conformance suite against a real sshd.
import { systemNetwork } from "../../../src/network/system-network.ts";
import { describeNetwork } from "../../conformance/network-suite.ts";
import { watchResources } from "../../support/resources.ts";
import { startSshd } from "../../support/sshd.ts";
import { openTo } from "./open.ts";

watchResources();
describeNetwork("embedded SSH", async () => {
  const sshd = await startSshd();
  const connection = await openTo(sshd);
  return {
    network: connection.network,
    peer: systemNetwork,
    loopback: "127.0.0.1",
    // sshd makes a FIN of a channel that is closed without end-of-file, and an end-of-file of a RST.
    capabilities: { chooseLocalEnd: false, knowsRemoteAddress: true, resetReachesPeer: false, seesPeerReset: false },
    leftovers: () => connection.open,
    close: async () => {
      await connection[Symbol.asyncDispose]();
      await sshd.stop();
    },
  };
});

// The remote end of a real sshd, reached with the system's ssh, passes the conformance suite.
import { systemNetwork } from "../../../src/network/system-network.ts";
import { describeNetwork } from "../../conformance/network-suite.ts";
import { missing } from "../../support/missing.ts";
import { startSshd } from "../../support/sshd.ts";
import { connectTo } from "./environment.ts";

const absent = missing(["sshd", "ssh"]);

describeNetwork(
  "OpenSSH",
  async () => {
    const sshd = await startSshd();
    const connection = await connectTo(sshd);
    return {
      network: connection.network,
      peer: systemNetwork,
      loopback: "127.0.0.1",
      capabilities: { chooseLocalEnd: false, knowsRemoteAddress: true, resetReachesPeer: false, seesPeerReset: false },
      leftovers: () => connection.leftovers,
      close: async () => {
        await connection[Symbol.asyncDispose]();
        await sshd.stop();
      },
    };
  },
  absent.length === 0 ? {} : { skip: `no ${absent.join(", no ")}` },
);

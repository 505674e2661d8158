// The network at the remote end of our own SSH server passes the conformance suite, with both transports.
import { systemNetwork } from "../../../../src/network/system-network.ts";
import type { SshConnection } from "../../../../src/ssh/ssh-connection.ts";
import type { NetworkFixture } from "../../../../src/testing/network/network-fixture.ts";
import { describeNetwork } from "../../../conformance/network-suite.ts";
import { missing } from "../../../support/missing.ts";
import { watchResources } from "../../../support/resources.ts";
import { startSshServer, type TestSshServer } from "../../../support/ssh-server.ts";
import { connectTo } from "../../openssh/environment.ts";
import { openTo } from "../open.ts";

interface Opened {
  readonly connection: SshConnection;
  readonly leftovers: () => readonly string[];
}

/** `passesResets`: whether the client does; our server does, both ways. */
async function fixture(
  connect: (server: TestSshServer) => Promise<Opened>,
  passesResets: boolean,
): Promise<NetworkFixture> {
  const server = await startSshServer();
  const { connection, leftovers } = await connect(server);
  return {
    network: connection.network,
    peer: systemNetwork,
    loopback: "127.0.0.1",
    capabilities: {
      chooseLocalEnd: false,
      knowsRemoteAddress: true,
      resetReachesPeer: passesResets,
      seesPeerReset: passesResets,
    },
    // The client itself stays.
    leftovers: () => [...leftovers(), ...server.server.open.filter((name) => !name.startsWith("client "))],
    close: async () => {
      await connection[Symbol.asyncDispose]();
      await server.stop();
    },
  };
}

watchResources();

// Unlike sshd, our server passes resets on, both ways.
describeNetwork("embedded SSH to our own server", () =>
  fixture(async (server) => {
    const connection = await openTo(server);
    return { connection, leftovers: () => connection.open };
  }, true),
);

// What comes in takes a way through ssh's own forwarding, which makes end-of-files of resets.
const absent = missing(["ssh"]);
describeNetwork(
  "OpenSSH to our own server",
  () =>
    fixture(async (server) => {
      const connection = await connectTo(server);
      return { connection, leftovers: () => connection.leftovers };
    }, false),
  absent.length === 0 ? {} : { skip: `no ${absent.join(", no ")}` },
);

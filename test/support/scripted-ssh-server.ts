// An SSH server that lets everybody in; what it does with channels is the test's.
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import ssh2, { type Connection } from "ssh2";
import { ChannelTable, type ChannelTableOptions } from "../../src/ssh/embedded/channels/channel-table.ts";
import { takeOverChannels } from "../../src/ssh/embedded/channels/ssh2-messages.ts";
import { SendGate } from "../../src/ssh/embedded/transport/send-gate.ts";
import { hostKey } from "./ssh-keys.ts";
import { hostAlias, writeSshdFiles } from "./sshd-config.ts";
import { makeTempDir } from "./tempdir.ts";

export interface ScriptedSshServer extends AsyncDisposable {
  /** For `ssh -F configFile hostAlias`. */
  readonly configFile: string;
  readonly hostAlias: string;
  /** Resets every connection, as a crash would. */
  breakConnections(): void;
}

export async function startScriptedSshServer(onOpen: ChannelTableOptions["onOpen"]): Promise<ScriptedSshServer> {
  const sockets = new Set<Socket>();
  const server = new ssh2.Server({ hostKeys: [hostKey().privateKey] });
  server.on("connection", (client: Connection) => {
    const { _sock: socket } = client as unknown as { readonly _sock: Socket };
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    client.on("error", () => {});
    client.on("authentication", (context) => context.accept());
    client.once("ready", () => {
      const gate = new SendGate(socket, () => false);
      const channels = new ChannelTable({
        isCongested: () => gate.isCongested(),
        whenClear: (callback) => gate.whenClear(callback),
        pace: { nowMs: () => 0, roundTripMs: () => Number.POSITIVE_INFINITY },
        peer: "the SSH client",
        onOpen,
      });
      channels.sender = takeOverChannels(client, channels);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const dir = makeTempDir("scripted-ssh");
  const { port } = server.address() as AddressInfo;
  const breakConnections = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    configFile: writeSshdFiles(dir, "127.0.0.1", port, {}).clientConfig,
    hostAlias,
    breakConnections,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      breakConnections();
      await closed;
      dir.remove();
    },
  };
}

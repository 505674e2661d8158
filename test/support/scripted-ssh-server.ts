// An SSH server that lets everybody in; what it does with channels is the test's.
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import ssh2, { type Connection } from "ssh2";
import { limits } from "../../src/protocol/limits.ts";
import type { ChannelsOptions } from "../../src/ssh/channels/channels.ts";
import { fixedWindows } from "../../src/ssh/channels/machine/window-pace.ts";
import { ssh2Channels } from "../../src/ssh/embedded/channels/ssh2-carrier.ts";
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

export async function startScriptedSshServer(onOpen: ChannelsOptions["onOpen"]): Promise<ScriptedSshServer> {
  const sockets = new Set<Socket>();
  const server = new ssh2.Server({ hostKeys: [hostKey().privateKey] });
  server.on("connection", (client: Connection) => {
    const { _sock: socket } = client as unknown as { readonly _sock: Socket };
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    client.on("error", () => {});
    client.on("authentication", (context) => context.accept());
    client.once("ready", () => {
      const windows = fixedWindows(limits.sshFirstWindowBytes);
      ssh2Channels({ peer: client, stream: socket, role: "server", windows, onOpen });
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

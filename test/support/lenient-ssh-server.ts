// An SSH server that sets SO_REUSEADDR on both ends, so that it can listen on the port from which its own connection to the
// FTP server comes: the "modified sshd" that back mode default-port needs (S18). Node binds every socket with SO_REUSEADDR.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket, type Server as TcpServer } from "node:net";
import ssh2, { type Connection, type ServerChannel } from "ssh2";
import { freePort } from "./free-port.ts";
import { hostKey } from "./ssh-keys.ts";
import { hostAlias, writeSshdFiles } from "./sshd-config.ts";
import { makeTempDir } from "./tempdir.ts";

export interface LenientSshServer extends AsyncDisposable {
  readonly configFile: string;
  readonly hostAlias: string;
}

export async function startLenientSshServer(): Promise<LenientSshServer> {
  const resources = new Set<{ destroy(): void }>();
  const server = new ssh2.Server({ hostKeys: [hostKey().privateKey] }, (client) => {
    resources.add({ destroy: () => client.end() });
    serve(client, resources);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const dir = makeTempDir("lenient");
  const files = writeSshdFiles(dir, "127.0.0.1", port, {});
  return {
    configFile: files.clientConfig,
    hostAlias,
    [Symbol.asyncDispose]: async () => {
      for (const resource of resources) resource.destroy();
      await new Promise((resolve) => server.close(resolve));
      dir.remove();
    },
  };
}

function serve(client: Connection, resources: Set<{ destroy(): void }>): void {
  const listeners = new Map<string, TcpServer>();
  client.on("error", () => {});
  client.on("authentication", (context) => context.accept());
  client.on("close", () => {
    for (const listener of listeners.values()) listener.close();
  });
  client.on("tcpip", async (accept, reject, { destIP, destPort }) => {
    const localPort = await freePort();
    const socket = connect({ host: destIP, port: destPort, localAddress: "127.0.0.1", localPort, allowHalfOpen: true });
    resources.add(socket);
    socket.once("error", () => reject());
    socket.once("connect", () => splice(accept(), socket));
  });
  client.on("request", (accept, reject, name, info) => {
    const { bindAddr, bindPort } = info as { bindAddr: string; bindPort: number };
    const key = `${bindAddr}:${bindPort}`;
    if (name === "cancel-tcpip-forward") {
      listeners.get(key)?.close();
      listeners.delete(key);
      accept?.();
      return;
    }
    const listener = createServer({ allowHalfOpen: true }, (socket) => {
      resources.add(socket);
      const { remoteAddress = "", remotePort = 0 } = socket;
      client.forwardOut(
        bindAddr,
        (listener.address() as AddressInfo).port,
        remoteAddress,
        remotePort,
        (error, channel) => {
          if (error) socket.destroy();
          else splice(channel, socket);
        },
      );
    });
    listener.once("error", () => reject?.());
    listener.listen(bindPort, bindAddr, () => {
      listeners.set(key, listener);
      accept?.((listener.address() as AddressInfo).port);
    });
  });
  client.on("session", (accept) => {
    accept().on("exec", (acceptExec, _reject, { command }) => {
      const channel = acceptExec();
      execFile("/bin/sh", ["-c", command], (error, stdout) => {
        channel.write(stdout);
        channel.exit(error === null ? 0 : 1);
        channel.end();
      });
    });
  });
}

function splice(channel: ServerChannel, socket: Socket): void {
  channel.on("error", () => socket.destroy());
  socket.on("error", () => channel.destroy());
  channel.pipe(socket);
  socket.pipe(channel);
}

// Tunnels whose SSH host is this machine: what would go through SSH goes directly.
import { once } from "node:events";
import { createServer } from "node:net";
import { systemNetwork } from "../../src/network/system-network.ts";
import { Deferred } from "../../src/platform/deferred.ts";
import type { Network } from "../../src/platform/network.ts";
import { openTunnelOver } from "../../src/tunnel/open-tunnel.ts";
import type { Tunnel, TunnelOptions } from "../../src/tunnel/options.ts";

/** Says its line, and hears QUIT or the end. */
export async function speaker(line: string): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("end", () => socket.end()).resume();
    socket.write(line);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return { port, [Symbol.asyncDispose]: async () => void (await new Promise((done) => server.close(done))) };
}

interface LocalSsh {
  /** Default: this machine's. */
  readonly network?: Network;
  /** What ends with the SSH connection, before it is known to be lost. */
  readonly beforeLost?: () => void;
}

/** To these ports of this machine. */
export function openLocalTunnel(
  ports: readonly number[],
  options: Partial<TunnelOptions> = {},
  { network = systemNetwork, beforeLost }: LocalSsh = {},
): Promise<Tunnel> {
  return openTunnelOver(
    {
      ssh: { host: "ssh-host" },
      forwards: ports.map((hostPort) => ({ port: 0, host: "127.0.0.1", hostPort })),
      noCommand: true,
      ...options,
    },
    async () => {
      const over = new Deferred<undefined>();
      return {
        transport: "embedded",
        target: "ssh-host",
        serverAddress: undefined,
        network,
        lost: over.promise,
        exec: () => Promise.reject(new Error("not here")),
        openSubsystem: () => Promise.reject(new Error("not here")),
        [Symbol.asyncDispose]: async () => {
          beforeLost?.();
          // What ends with the connection is over before its loss is known, as with a real one.
          await new Promise((resolve) => setImmediate(resolve));
          over.resolve(undefined);
        },
      };
    },
  );
}

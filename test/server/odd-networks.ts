// Networks for data connections that this machine does not have: strangers, silence, ports that are taken.
import { systemNetwork } from "../../src/network/system-network.ts";
import type { Connection, ConnectOptions, Network } from "../../src/platform/network.ts";
import { SallyportError } from "../../src/protocol/error.ts";

/** Who connects comes from these addresses, in this order; then from where it does. */
export function comingFrom(...hosts: string[]): Network {
  return {
    name: "a network with strangers",
    connect: (options) => systemNetwork.connect(options),
    listen: async (options) => {
      const listener = await systemNetwork.listen(options);
      return {
        endpoint: listener.endpoint,
        accept: async (accept) => {
          const connection = await listener.accept(accept);
          const host = hosts.shift();
          return host === undefined
            ? connection
            : disguised(connection, { remote: { host, port: connection.remote.port } });
        },
        [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose]() as Promise<void>,
      };
    },
  };
}

function disguised(connection: Connection, ends: Partial<Pick<Connection, "local" | "remote">>): Connection {
  return {
    stream: connection.stream,
    local: ends.local ?? connection.local,
    remote: ends.remote ?? connection.remote,
    closed: connection.closed,
    reset: () => connection.reset(),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose]() as Promise<void>,
  };
}

/** Asks this for each connection that the server wants to make. */
export function connectingBy(connect: (options: ConnectOptions) => Promise<Connection>): Network {
  return { name: "a network that is asked", connect, listen: (options) => systemNetwork.listen(options) };
}

/** Nobody answers, until the signal aborts. */
export function silence({ signal }: ConnectOptions): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

/** The first connection is made, each later one finds its own port taken. */
export function onceOnly(): (options: ConnectOptions) => Promise<Connection> {
  let count = 0;
  return async ({ host, port, localPort = 0, signal }) => {
    count += 1;
    if (count > 1) throw new SallyportError("NET_ADDRESS_UNAVAILABLE", "cannot assign requested address");
    const connection = await systemNetwork.connect({ host, port, signal });
    return disguised(connection, { local: { host: "127.0.0.1", port: localPort } });
  };
}

// What ssh(1) does for -L and -R, with -g: a listener on one side, a connection on the other, and bytes in between.

import type { Endpoint } from "../../platform/endpoint.ts";
import type { Connection, Listener, Network } from "../../platform/network.ts";
import { splice } from "../../platform/splice.ts";
import type { SimulatedSsh } from "./ssh-client.ts";

export interface ForwardOptions {
  /** Where to listen. Default 127.0.0.1, with `-g` every address. */
  readonly bind?: string;
  /** 0: any. */
  readonly port: number;
  /** -g */
  readonly isForAll?: boolean;
}

/** Ends with its listener; connections that are open go on. */
export interface Forward extends AsyncDisposable {
  readonly endpoint: Endpoint;
}

/** -L */
export async function forwardLocal(ssh: SimulatedSsh, options: ForwardOptions, target: Endpoint): Promise<Forward> {
  const listener = await listenFor(ssh.local, options);
  return serve(listener, (connection, signal) => connectAndJoin(ssh.network, connection, target, signal));
}

/** -R: the listener is sshd's, and the connection ours. */
export async function forwardRemote(ssh: SimulatedSsh, options: ForwardOptions, target: Endpoint): Promise<Forward> {
  const listener = await listenFor(ssh.network, options);
  return serve(listener, (connection, signal) => connectAndJoin(ssh.local, connection, target, signal));
}

function listenFor(network: Network, { bind, port, isForAll }: ForwardOptions): Promise<Listener> {
  const host = bind ?? (isForAll ? "" : "127.0.0.1");
  return network.listen({ host, ports: { first: port, last: port }, signal: new AbortController().signal });
}

/** Where the connection cannot be made, the other one ends in order: ssh closes its socket. */
async function connectAndJoin(
  network: Network,
  connection: Connection,
  target: Endpoint,
  signal: AbortSignal,
): Promise<void> {
  const remote = await network.connect({ ...target, signal }).catch(() => undefined);
  if (remote === undefined) await connection[Symbol.asyncDispose]();
  else await splice(connection, remote);
}

function serve(listener: Listener, take: (connection: Connection, signal: AbortSignal) => Promise<void>): Forward {
  const stop = new AbortController();
  const acceptAll = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const connection = await listener.accept({ signal: stop.signal }).catch(() => undefined);
      if (connection === undefined) return;
      // A client that speaks something else is cut off.
      void take(connection, stop.signal).catch(() => connection.reset());
    }
  };
  const accepting = acceptAll();
  return {
    endpoint: listener.endpoint,
    [Symbol.asyncDispose]: async () => {
      stop.abort(new Error("the forward is closed"));
      await listener[Symbol.asyncDispose]();
      await accepting;
    },
  };
}

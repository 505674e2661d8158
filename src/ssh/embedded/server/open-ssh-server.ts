// The way to an SSH server of our own.

import { onAbort } from "../../../platform/abort.ts";
import { makeContext } from "./context.ts";
import { readHostKeys } from "./host-keys.ts";
import type { SshServer, SshServerOptions } from "./options.ts";
import { RunningSshServer } from "./running-ssh-server.ts";

/**
 * Opens an SSH server (RFC 4251 to 4254): direct-tcpip, tcpip-forward, SFTP; no shell. Nothing is permitted that the
 * options do not permit.
 *
 * @throws SallyportError CONFIG_INVALID for wrong options, NET_* when it cannot listen; the signal's reason when it is
 * aborted before the server is ready.
 */
export async function openSshServer(options: SshServerOptions): Promise<SshServer> {
  const { signal = new AbortController().signal, host = "127.0.0.1", port = 0 } = options;
  signal.throwIfAborted();
  const context = makeContext(options);
  const hostKeys = readHostKeys(options.hostKeys);
  const ports = { first: port, last: port };
  const listener = await (options.front ?? options.network).listen({ host, ports, signal });
  const server = new RunningSshServer(listener, context, hostKeys);
  void server.closed.then(onAbort(signal, () => void server[Symbol.asyncDispose]()));
  return server;
}

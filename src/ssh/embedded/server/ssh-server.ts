// An SSH server of our own: opened, accepting and counting clients, closed.

import { Acceptor, type MayEnter } from "../../../admission/acceptor.ts";
import { blockOf } from "../../../admission/login-guard.ts";
import { PendingLogins } from "../../../admission/pending-logins.ts";
import { onAbort } from "../../../platform/abort.ts";
import { Deferred } from "../../../platform/deferred.ts";
import { type Endpoint, formatEndpoint } from "../../../platform/endpoint.ts";
import type { Connection, Listener } from "../../../platform/network.ts";
import { isUnspecified, plainHost } from "../../../protocol/ip-address.ts";
import { ClientConnection } from "./client-connection.ts";
import { makeContext, type ServerContext } from "./context.ts";
import { type HostKeys, readHostKeys } from "./host-keys.ts";
import type { SshServer, SshServerOptions } from "./options.ts";

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
  const listener = await (options.clientNetwork ?? options.network).listen({ host, ports, signal });
  const server = new RunningSshServer(listener, context, hostKeys, options.mayEnter);
  void server.closed.then(onAbort(signal, () => void server[Symbol.asyncDispose]()));
  return server;
}

class RunningSshServer implements SshServer {
  readonly host: string;
  readonly port: number;
  readonly hostKey: string;
  readonly hostKeyFingerprint: string;
  readonly knownHosts: string;
  readonly closed: Promise<void>;
  readonly #context: ServerContext;
  readonly #clients: Set<ClientConnection> = new Set();
  readonly #pending: PendingLogins;
  readonly #acceptor: Acceptor;
  readonly #closed = new Deferred();
  #closing: Promise<void> | undefined;

  constructor(listener: Listener, context: ServerContext, hostKeys: HostKeys, mayEnter: MayEnter | undefined) {
    const { host, port } = reachable(listener.endpoint);
    this.host = host;
    this.port = port;
    this.hostKey = hostKeys.first;
    this.hostKeyFingerprint = hostKeys.fingerprint;
    this.knownHosts = hostKeys.knownHosts(host, port);
    this.closed = this.#closed.promise;
    this.#context = context;
    this.#pending = new PendingLogins(context.connectionsMax);
    const door = mayEnter && { mayEnter, turnAway: (connection: Connection) => this.#turnAway(connection) };
    this.#acceptor = new Acceptor(listener, (connection) => this.#welcome(connection), door);
  }

  get open(): readonly string[] {
    return [...this.#clients].flatMap(({ open }) => open);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    await this.#acceptor.stopAccepting();
    for (const client of this.#clients) client.close("the server is closing");
    await this.#acceptor.sessionsOver();
    this.#closed.resolve();
  }

  #welcome(connection: Connection): void {
    const { connectionsMax, connectionsPerAddressMax } = this.#context;
    const address = plainHost(connection.remote.host);
    const block = blockOf(address);
    const same = [...this.#clients].filter((client) => blockOf(client.address) === block).length;
    if (this.#clients.size >= connectionsMax || same >= connectionsPerAddressMax) {
      this.#refuse(connection, same >= connectionsPerAddressMax ? "too many from its address" : "too many clients");
      return;
    }
    let client: ClientConnection | undefined;
    const onLogin = this.#pending.admit(address, () => client?.close("its place was needed before it had logged in"));
    if (onLogin === undefined) {
      this.#refuse(connection, "too many wait for a login, most of them from its address");
      return;
    }
    const opened = new ClientConnection(connection, this.#context, onLogin);
    client = opened;
    this.#clients.add(opened);
    this.#acceptor.track(
      opened.gone.then(() => {
        onLogin();
        this.#clients.delete(opened);
      }),
    );
  }

  #turnAway(connection: Connection): void {
    this.#context.emit({ type: "client.refused", remote: formatEndpoint(connection.remote) });
    this.#acceptor.refuse(connection, "This port is for other users of this machine.\r\n");
  }

  /** RFC 4253 section 4.2 allows lines before the identification; OpenSSH shows them with -v. */
  #refuse(connection: Connection, reason: string): void {
    const client = formatEndpoint(connection.remote);
    this.#context.emit({ type: "ssh-server.close", client, reason });
    this.#acceptor.refuse(connection, "Too many connections.\r\n");
  }
}

/** Where every address is listened on, a loopback one reaches it. */
function reachable({ host, port }: Endpoint): Endpoint {
  if (!isUnspecified(host)) return { host, port };
  return { host: host.includes(":") ? "::1" : "127.0.0.1", port };
}

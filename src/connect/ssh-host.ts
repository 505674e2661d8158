// An SSH host as the network of FTP clients: no local port is opened at all.
import { RemoteSockets } from "../data-connection/remote-sockets.ts";
import { systemClock } from "../network/system-clock.ts";
import { systemRandom } from "../network/system-random.ts";
import type { Endpoint } from "../platform/endpoint.ts";
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../platform/network.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import { listFarSockets } from "../ssh/far-sockets.ts";
import { askForNoDelay } from "../ssh/no-delay.ts";
import type { SshConnection, SshEnvironment } from "../ssh/ssh-connection.ts";
import type { SshHostOptions } from "../ssh/ssh-host-options.ts";

/**
 * An SSH host as a network, for one client or for several. A connection that was lost is made again for the next session. Disposal
 * closes it with all in it, and is idempotent.
 */
export interface SshHost extends AsyncDisposable {
  /** To connect from and to listen on, at the SSH host: for any code that takes a {@link Network}. */
  readonly network: Network;
  /** `user@host` as it was given. */
  readonly target: string;
  readonly transport: "openssh" | "embedded";
  /** Settles when the first SSH connection is gone: undefined after disposal, else why. Never rejects. */
  readonly lost: Promise<SallyportError | undefined>;
  /** Which end of the SSH host's a connection has; for mode `default-port`. */
  readonly remoteSockets: RemoteSockets;
  /**
   * A subsystem of the SSH host, `sftp` for one.
   *
   * @throws SallyportError `SSH_CHANNEL_REFUSED` where there is none, or too many sessions; `SSH_*`; the signal's reason.
   * @example
   * await using connection = await host.openSubsystem("sftp", AbortSignal.timeout(5_000));
   */
  openSubsystem(name: string, signal: AbortSignal): Promise<Connection>;
}

/**
 * Connects to an SSH host.
 *
 * @throws SallyportError `SSH_HOST_KEY`, `SSH_AUTH` and other `SSH_*`; `NET_*` when the host cannot be reached; the signal's reason.
 * @example
 * await using host = await connectSsh({ ssh: { host: "ssh-host", user: "me" } });
 * await using client = await connectFtp({ via: host, host: "ftp-host" });
 */
export async function connectSsh(options: SshHostOptions): Promise<SshHost> {
  const host = new ConnectedSshHost(options);
  try {
    const { lost } = await host.connection(options.signal ?? new AbortController().signal);
    host.lost = lost;
    return host;
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
}

class ConnectedSshHost implements SshHost {
  readonly network: Network;
  readonly remoteSockets: RemoteSockets = new RemoteSockets((port, signal) => this.#listSockets(port, signal));
  lost: Promise<SallyportError | undefined> = Promise.resolve(undefined);
  readonly #options: SshHostOptions;
  #current: Promise<SshConnection> | undefined;
  #transport: "openssh" | "embedded" = "embedded";
  #closed = false;

  constructor(options: SshHostOptions) {
    this.#options = options;
    this.network = {
      name: this.target,
      connect: (o: ConnectOptions): Promise<Connection> => this.connection(o.signal).then((c) => c.network.connect(o)),
      listen: (o: ListenOptions): Promise<Listener> => this.connection(o.signal).then((c) => c.network.listen(o)),
    };
  }

  get target(): string {
    const { host, user } = this.#options.ssh;
    return user === undefined ? host : `${user}@${host}`;
  }

  get transport(): "openssh" | "embedded" {
    return this.#transport;
  }

  /** The one that is there, or a new one. */
  connection(signal: AbortSignal): Promise<SshConnection> {
    if (this.#closed) return Promise.reject(new SallyportError("CLOSED", `the connection to ${this.target} is closed`));
    this.#current ??= this.#connect(signal);
    return this.#current;
  }

  async #listSockets(port: number, signal: AbortSignal): Promise<readonly Endpoint[]> {
    if (this.#options.noCommand === true) return [];
    const connection = await this.connection(signal);
    return await listFarSockets(connection, port, signal);
  }

  async openSubsystem(name: string, signal: AbortSignal): Promise<Connection> {
    return await (await this.connection(signal)).openSubsystem(name, { signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const connection = await this.#current?.catch(() => undefined);
    await connection?.[Symbol.asyncDispose]();
  }

  async #connect(signal: AbortSignal): Promise<SshConnection> {
    const { ssh, transport = "auto", noCommand } = this.#options;
    try {
      // Loaded when it is needed: SSH is two thirds of the program.
      const { connectTransport } = await import("../ssh/connect-transport.ts");
      const connection = await connectTransport(transport, ssh, this.#environment(), signal);
      this.#transport = connection.transport;
      void connection.lost.then(async () => {
        this.#current = undefined;
        await connection[Symbol.asyncDispose]();
      });
      if (noCommand !== true) await askForNoDelay(connection, systemClock, signal);
      return connection;
    } catch (error) {
      this.#current = undefined;
      throw error;
    }
  }

  #environment(): SshEnvironment {
    const { askUser, tellUser, trace } = this.#options;
    return {
      clock: systemClock,
      random: systemRandom,
      emit: (event) => trace?.({ ...event, session: 0, timeMs: systemClock.nowMs() }),
      ...definedProps({ askUser, tellUser }),
    };
  }
}

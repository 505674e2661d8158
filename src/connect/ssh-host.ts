// An SSH host as the network of FTP clients and of SFTP: no local port is opened at all.
import { RemoteSockets } from "../data-connection/remote-sockets.ts";
import { systemClock } from "../network/system-clock.ts";
import { systemRandom } from "../network/system-random.ts";
import type { Connection, Network } from "../platform/network.ts";
import { definedProps } from "../protocol/defined-props.ts";
import type { SallyportError } from "../protocol/error.ts";
import { ReconnectingSsh } from "../ssh/reconnecting-ssh.ts";
import {
  type ExecResult,
  type SshConnection,
  type SshEnvironment,
  type SshHostOptions,
  targetOf,
} from "../ssh/ssh-connection.ts";

/**
 * An SSH host as a network, for one client or for several. A connection that was lost is made again for the next session. Disposal
 * closes it with all in it, and is idempotent.
 */
export interface SshHost extends AsyncDisposable {
  /** To connect from and to listen on, at the SSH host: for any code that takes a {@link Network}. */
  readonly network: Network;
  /** `user@host` as it was given. */
  readonly target: string;
  /** Which SSH carries it: the system's, or the one that is built in. */
  readonly transport: "openssh" | "embedded";
  /** Settles when the first SSH connection is gone: undefined after disposal, else why. Never rejects. */
  readonly lost: Promise<SallyportError | undefined>;
  /**
   * Connects where no connection is there, so that what follows waits for nothing but its own server.
   *
   * @throws SallyportError `SSH_*`, `NET_*` when the host cannot be reached; `CLOSED` after disposal; the signal's reason.
   * @example
   * await host.ready(AbortSignal.timeout(60_000));
   */
  ready(signal: AbortSignal): Promise<void>;
  /**
   * Runs a command at the SSH host. What it writes to standard error is dropped; its output is bounded to 1 MiB.
   *
   * @throws SallyportError `SSH_CHANNEL_REFUSED` where commands are not allowed, or too many sessions; `NET_UNSUPPORTED` with `noCommand`;
   * `LIMIT_REPLY` when it writes more; `SSH_*`; the signal's reason, and the command gets SIGTERM then.
   * @example
   * const { succeeded, stdout } = await host.exec("uname -s", AbortSignal.timeout(5_000));
   */
  exec(command: string, signal: AbortSignal): Promise<ExecResult>;
  /**
   * A subsystem of the SSH host, `sftp` for one.
   *
   * @throws SallyportError `SSH_CHANNEL_REFUSED` where there is none, or too many sessions; `SSH_*`; the signal's reason.
   * @example
   * await using connection = await host.openSubsystem("sftp", AbortSignal.timeout(5_000));
   */
  openSubsystem(name: string, signal: AbortSignal): Promise<Connection>;
}

/** Which end of the SSH host's a connection has; for mode `default-port`. Undefined for a host of somebody else's making. */
export function remoteSocketsOf(host: SshHost & { readonly remoteSockets?: RemoteSockets }): RemoteSockets | undefined {
  return host.remoteSockets;
}

/** Its address as this machine reaches it. Undefined where nobody knows, and for a host of somebody else's making. */
export async function serverAddressOf(
  host: SshHost & { readonly serverAddress?: (signal: AbortSignal) => Promise<string | undefined> },
  signal: AbortSignal,
): Promise<string | undefined> {
  return await host.serverAddress?.(signal);
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
  const host = sshHost(options);
  try {
    await host.ready(options.signal ?? new AbortController().signal);
    return host;
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
}

/** The same host, which connects when it is first needed. */
export function sshHost(options: SshHostOptions): SshHost {
  const { ssh, noCommand = false } = options;
  return new ReconnectingSshHost({
    target: targetOf(ssh),
    connect: (signal) => connect(options, signal),
    clock: systemClock,
    noCommand,
  });
}

class ReconnectingSshHost extends ReconnectingSsh implements SshHost {
  readonly remoteSockets: RemoteSockets = new RemoteSockets((port, signal) => this.listSockets(port, signal));

  async serverAddress(signal: AbortSignal): Promise<string | undefined> {
    return (await this.current(signal)).connection.serverAddress;
  }

  async ready(signal: AbortSignal): Promise<void> {
    await this.current(signal);
  }
}

async function connect(options: SshHostOptions, signal: AbortSignal): Promise<SshConnection> {
  const { ssh, transport = "auto", askUser, tellUser, trace } = options;
  const environment: SshEnvironment = {
    clock: systemClock,
    random: systemRandom,
    emit: (event) => trace?.({ ...event, session: 0, timeMs: systemClock.nowMs() }),
    ...definedProps({ askUser, tellUser }),
  };
  // Loaded when it is needed: SSH is two thirds of the program.
  const { connectTransport } = await import("../ssh/connect-transport.ts");
  return await connectTransport(transport, ssh, environment, signal);
}

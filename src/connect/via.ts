// An SSH host as the network of FTP clients: no local port is opened at all.
import { RemoteSockets } from "../data-connection/remote-sockets.ts";
import { systemClock } from "../network/system-clock.ts";
import { systemRandom } from "../network/system-random.ts";
import type { Endpoint } from "../platform/endpoint.ts";
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../platform/network.ts";
import type { Trace } from "../platform/trace.ts";
import { SallyportError } from "../protocol/error.ts";
import { listFarSockets } from "../ssh/far-sockets.ts";
import { askForNoDelay } from "../ssh/no-delay.ts";
import type { AskUser, SshConnection, SshEnvironment, SshOptions } from "../ssh/ssh-connection.ts";

export interface ViaOptions {
  /** Where to and how, in the words of ssh(1). */
  readonly ssh: SshOptions;
  /** Default `auto`: the system's OpenSSH where it can multiplex, else the embedded ssh2 library. */
  readonly transport?: "auto" | "openssh" | "embedded";
  /**
   * ssh's -N: run no command at the SSH host. Default false: `true` is run once, for sshd before 10.1 then sends without delay.
   * Excludes mode `default-port`.
   */
  readonly noCommand?: boolean;
  /** Answers questions of the embedded transport. Absent: such a question is a refusal. */
  readonly askUser?: AskUser;
  /** Receives ssh's own lines for the user. */
  readonly tellUser?: (line: string) => void;
}

/** The far end of an SSH connection, which is made anew for the next session when it was lost. Disposal closes it with all in it. */
export interface Via extends AsyncDisposable {
  readonly network: Network;
  /** `user@host` as it was given. */
  readonly target: string;
  readonly transport: "openssh" | "embedded";
  /** Settles when the first SSH connection is gone: undefined after disposal, else why. Never rejects. */
  readonly lost: Promise<SallyportError | undefined>;
  /** Which end of the SSH host's a connection has. */
  readonly remoteSockets: RemoteSockets;
  /** A subsystem of the SSH host, `sftp` for one. Throws SSH_CHANNEL_REFUSED where there is none, or too many sessions. */
  openSubsystem(name: string, signal: AbortSignal): Promise<Connection>;
}

/** What goes with the SSH connection. */
export interface ViaWorld {
  readonly signal?: AbortSignal;
  /** Receives the events of the SSH connection. */
  readonly trace?: Trace;
}

/** Connects to the SSH host. Throws `SSH_*`, or the signal's reason. */
export async function openVia(options: ViaOptions, world: ViaWorld = {}): Promise<Via> {
  const via = new SshVia(options, world.trace);
  try {
    const { lost } = await via.connection(world.signal ?? new AbortController().signal);
    via.lost = lost;
    return via;
  } catch (error) {
    await via[Symbol.asyncDispose]();
    throw error;
  }
}

class SshVia implements Via {
  readonly network: Network;
  readonly remoteSockets: RemoteSockets = new RemoteSockets((port, signal) => this.#listSockets(port, signal));
  lost: Promise<SallyportError | undefined> = Promise.resolve(undefined);
  readonly #options: ViaOptions;
  readonly #trace: Trace | undefined;
  #current: Promise<SshConnection> | undefined;
  #transport: "openssh" | "embedded" = "embedded";
  #closed = false;

  constructor(options: ViaOptions, trace: Trace | undefined) {
    this.#options = options;
    this.#trace = trace;
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
    const { askUser, tellUser } = this.#options;
    return {
      clock: systemClock,
      random: systemRandom,
      emit: (event) => this.#trace?.({ ...event, session: 0, timeMs: systemClock.nowMs() }),
      ...(askUser === undefined ? {} : { askUser }),
      ...(tellUser === undefined ? {} : { tellUser }),
    };
  }
}

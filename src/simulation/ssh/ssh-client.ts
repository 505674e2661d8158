// ssh on a simulated host: the remote end as a network, over one connection to a simulated sshd.
import type { Connection, Network } from "../../platform/network.ts";
import { SallyportError } from "../../protocol/error.ts";
import { exec } from "../../ssh/channels/exec.ts";
import type { RemoteForwards } from "../../ssh/channels/remote-forwards.ts";
import { RemoteNetwork } from "../../ssh/channels/remote-network.ts";
import { openSubsystem } from "../../ssh/channels/subsystem.ts";
import { ownForwards } from "../../ssh/channels/tcpip-forward.ts";
import type { ExecResult, SshEnvironment } from "../../ssh/ssh-connection.ts";
import type { Host } from "../host/host.ts";
import { ClearConnection } from "./clear-connection.ts";

export interface SimulatedSshOptions {
  readonly host: string;
  /** Default 22. */
  readonly port?: number;
  /** The host's network as the program has it. Default: `host.network()`. */
  readonly local?: Network;
  readonly signal: AbortSignal;
}

export class SimulatedSsh implements AsyncDisposable {
  /** connect is direct-tcpip, listen is tcpip-forward. */
  readonly network: Network;
  /** Settles when the connection is gone, with the reason unless it was disposed. Never rejects. */
  readonly lost: Promise<SallyportError | undefined>;
  /** Where ssh runs. */
  readonly host: Host;
  /** Its network there. */
  readonly local: Network;
  /** Address of the SSH server. */
  readonly serverAddress: string;
  readonly #connection: Connection;
  readonly #environment: SshEnvironment;
  readonly #clear: ClearConnection;
  readonly #forwards: RemoteForwards;
  #gone: SallyportError | undefined;
  #isDisposed = false;

  private constructor(host: Host, local: Network, connection: Connection, name: string) {
    this.host = host;
    this.local = local;
    this.serverAddress = connection.remote.host;
    this.#connection = connection;
    const { clock, random } = host.simulation;
    this.#environment = { clock, random, emit: () => {} };
    this.#clear = new ClearConnection({
      stream: connection.stream,
      role: "client",
      onOpen: (request, answer) => onOpen(request, answer),
    });
    const { forwards, onOpen } = ownForwards({ ...this.#environment, requests: this.#clear.requests });
    this.#forwards = forwards;
    this.network = new RemoteNetwork(name, { ...this.#environment, channels: this.#clear.channels, forwards });
    this.lost = this.#watch(name);
  }

  /** Throws `NET_*`, or the signal's reason. */
  static async connect(host: Host, options: SimulatedSshOptions): Promise<SimulatedSsh> {
    const { host: name, port = 22, local = host.network(), signal } = options;
    return new SimulatedSsh(host, local, await local.connect({ host: name, port, signal }), name);
  }

  /** Channels and listeners, for a leak check. */
  get open(): readonly string[] {
    return [...this.#clear.channels.open, ...this.#forwards.open];
  }

  /** A command at the SSH host, as far as its sshd runs any. */
  exec(command: string, signal: AbortSignal): Promise<ExecResult> {
    return exec(this.#clear.channels, command, signal);
  }

  openSubsystem(name: string, signal: AbortSignal): Promise<Connection> {
    return openSubsystem(this.#clear.channels, this.#environment, name, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#lose(new SallyportError("CLOSED", "the SSH connection is closed"));
    await this.#connection[Symbol.asyncDispose]();
  }

  async #watch(name: string): Promise<SallyportError | undefined> {
    const { error: cause } = await this.#connection.closed;
    const text = `the SSH connection to ${name} is lost${cause === undefined ? "" : `: ${cause.message}`}`;
    this.#lose(new SallyportError("SSH_DISCONNECTED", text, { cause }));
    return this.#isDisposed ? undefined : this.#gone;
  }

  #lose(error: SallyportError): void {
    if (this.#gone !== undefined) return;
    this.#gone = error;
    this.#clear.lose(error);
    this.#forwards.lose(error);
  }
}

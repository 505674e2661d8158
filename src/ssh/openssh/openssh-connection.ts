// An SSH connection that the system's ssh holds.
import type { Connection, Network } from "../../platform/network.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { exec } from "../channels/exec.ts";
import type { RemoteForwards } from "../channels/remote-forwards.ts";
import { RemoteNetwork } from "../channels/remote-network.ts";
import { openSubsystem } from "../channels/subsystem.ts";
import { type ExecResult, isOpenSsh, type SshConnection, type SshEnvironment } from "../ssh-connection.ts";
import { MuxClient } from "./mux-client.ts";
import { mux } from "./mux-messages.ts";
import { ProxyConnection } from "./proxy-connection.ts";
import { openSshForwards } from "./remote-forwards.ts";
import { ServerRoundTrip } from "./server-round-trip.ts";
import type { SocketDirectory } from "./socket-directory.ts";
import { explainLoss } from "./ssh-failure.ts";
import type { SshMessages } from "./ssh-messages.ts";
import type { SshProcess } from "./ssh-process.ts";

/** A running ssh with its socket. */
export interface Master {
  readonly target: string;
  readonly process: SshProcess;
  readonly messages: SshMessages;
  readonly directory: SocketDirectory;
  readonly socketPath: string;
  /** What ssh said of it so far. */
  readonly serverAddress: () => string | undefined;
  readonly serverSoftware: () => string | undefined;
}

export class OpenSshConnection implements SshConnection {
  readonly transport = "openssh";
  readonly target: string;
  readonly serverAddress: string | undefined;
  readonly isOpenSsh: boolean;
  readonly network: Network;
  readonly lost: Promise<SallyportError | undefined>;
  readonly #master: Master;
  readonly #environment: SshEnvironment;
  readonly #control: MuxClient;
  readonly #proxy: ProxyConnection;
  readonly #roundTrip: ServerRoundTrip;
  readonly #forwards: RemoteForwards;
  #settleLost: (error: SallyportError | undefined) => void = () => {};
  #isDisposing = false;
  #ended: Promise<void> | undefined;

  private constructor(master: Master, control: MuxClient, proxy: ProxyConnection, environment: SshEnvironment) {
    this.target = master.target;
    this.serverAddress = master.serverAddress();
    this.isOpenSsh = isOpenSsh(master.serverSoftware());
    this.#master = master;
    this.#environment = environment;
    this.#control = control;
    this.#proxy = proxy;
    this.#roundTrip = new ServerRoundTrip(proxy.channels);
    this.#forwards = this.#makeForwards(environment);
    this.network = new RemoteNetwork(this.target, {
      ...environment,
      channels: proxy.channels,
      forwards: this.#forwards,
    });
    this.lost = new Promise((resolve) => {
      this.#settleLost = resolve;
    });
    void master.process.ended.then(() => this.#end());
    void proxy.ended.then((failure) => this.#end(failure));
  }

  /** Throws what the multiplexing socket says against it. */
  static async open(master: Master, environment: SshEnvironment): Promise<OpenSshConnection> {
    const control = await MuxClient.connect(master.socketPath);
    try {
      const proxy = await ProxyConnection.open(master.socketPath, environment.clock);
      return new OpenSshConnection(master, control, proxy, environment);
    } catch (error) {
      control.close();
      throw error;
    }
  }

  /** What is still open, for a leak check. */
  get leftovers(): readonly string[] {
    return [...this.#proxy.channels.open, ...this.#forwards.open];
  }

  async exec(command: string, signal: AbortSignal): Promise<ExecResult> {
    await this.#roundTrip.over(signal);
    return exec(this.#proxy.channels, command, signal);
  }

  async openSubsystem(name: string, signal: AbortSignal): Promise<Connection> {
    await this.#roundTrip.over(signal);
    return openSubsystem(this.#proxy.channels, this.#environment, name, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposing = true;
    await this.#end();
  }

  #makeForwards(environment: SshEnvironment): RemoteForwards {
    const { messages, socketPath, directory } = this.#master;
    return openSshForwards({
      ...environment,
      messages,
      socketPath,
      file: (name) => directory.file(name),
      confirm: async () => void (await this.#control.request(mux.aliveCheck)),
      nudge: () => this.#proxy.nudge(),
      roundTrip: () => this.#roundTrip.make(),
    });
  }

  /** Once, however it began: our disposal, ssh's end, or a socket that broke. ssh and its files are gone afterwards. */
  #end(failure?: SallyportError): Promise<void> {
    this.#ended ??= this.#endOnce(failure);
    return this.#ended;
  }

  async #endOnce(failure: SallyportError | undefined): Promise<void> {
    const { process, directory, messages } = this.#master;
    const isOurs = this.#isDisposing;
    if (isOurs) this.#breakAll(disposed(this.target));
    // What `ssh -O exit` does; without a control socket it has no effect, and the signals follow.
    void this.#control.request(mux.terminate).catch(() => {});
    // A socket that closes is the first that is seen of ssh's own end; let it say why.
    await process.stop(failure === undefined ? limits.disposeGraceMs : 0);
    const error = isOurs ? undefined : (failure ?? explainLoss(this.target, messages.recentLines));
    this.#breakAll(error ?? disposed(this.target));
    this.#control.close();
    this.#proxy.close();
    directory.remove();
    this.#settleLost(error);
  }

  #breakAll(error: SallyportError): void {
    this.#proxy.channels.lose(error);
    this.#forwards.lose(error);
  }
}

function disposed(target: string): SallyportError {
  return new SallyportError("CLOSED", `the SSH connection to ${target} is closed`, { details: { remote: target } });
}

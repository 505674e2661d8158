// From a target to a session: directly, or through one SSH connection that all sessions of the program share.
import type { ClientOptions } from "../../client/client-options.ts";
import type { FtpClient } from "../../client/ftp-client.ts";
import { openSession } from "../../client/ftp-session.ts";
import { systemClock } from "../../network/system-clock.ts";
import { systemNetwork } from "../../network/system-network.ts";
import { systemRandom } from "../../network/system-random.ts";
import { systemTime } from "../../network/system-time.ts";
import type { Network } from "../../platform/network.ts";
import type { TraceEventBody } from "../../platform/trace.ts";
import { connectTransport } from "../../ssh/connect-transport.ts";
import type { AskUser, SshConnection } from "../../ssh/ssh-connection.ts";
import type { Via } from "./ftp-command.ts";

export interface ConnectorOptions {
  readonly via: Via | undefined;
  readonly askUser: AskUser;
  readonly tellUser: (line: string) => void;
  readonly emit: (event: TraceEventBody) => void;
}

/** Disposal ends the SSH connection; sessions are their callers'. */
export class ClientConnector implements AsyncDisposable {
  readonly #options: ConnectorOptions;
  #ssh: SshConnection | undefined;

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  /** `signal` ends the attempt, `end` the session as well. */
  async open(options: ClientOptions, signal: AbortSignal, end: AbortSignal): Promise<FtpClient> {
    const network = await this.#network(AbortSignal.any([signal, end]));
    const { emit } = this.#options;
    const attempt = new AbortController();
    const abort = (): void => attempt.abort(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      signal.throwIfAborted();
      const both = AbortSignal.any([attempt.signal, end]);
      return await openSession({ ...options, signal: both }, { network, clock: systemClock, now: systemTime, emit });
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async #network(signal: AbortSignal): Promise<Network> {
    const { via, emit, askUser, tellUser } = this.#options;
    if (via === undefined) return systemNetwork;
    if (this.#ssh === undefined) {
      const environment = { clock: systemClock, random: systemRandom, emit, askUser, tellUser };
      const ssh = await connectTransport(via.transport, via.ssh, environment, signal);
      this.#ssh = ssh;
      void ssh.lost.then(() => {
        if (this.#ssh === ssh) this.#ssh = undefined;
      });
    }
    return this.#ssh.network;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ssh = this.#ssh;
    this.#ssh = undefined;
    await ssh?.[Symbol.asyncDispose]();
  }
}

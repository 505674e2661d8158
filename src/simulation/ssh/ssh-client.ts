// ssh on a simulated host: the remote end as a network, over one connection to a simulated sshd.

import { formatEndpoint } from "../../platform/endpoint.ts";
import type { Connection, Network } from "../../platform/network.ts";
import { SallyportError } from "../../protocol/error.ts";
import { forwardRefused } from "../../ssh/channel-refusal.ts";
import { ChannelTable } from "../../ssh/embedded/channels/channel-table.ts";
import { EmbeddedNetwork } from "../../ssh/embedded/channels/embedded-network.ts";
import { exec } from "../../ssh/embedded/channels/exec.ts";
import type { ForwardRequests } from "../../ssh/embedded/channels/forward-requests.ts";
import { ListenerTable } from "../../ssh/embedded/channels/listener-table.ts";
import { openSubsystem } from "../../ssh/embedded/channels/subsystem.ts";
import { SendGate } from "../../ssh/embedded/transport/send-gate.ts";
import type { ExecResult } from "../../ssh/ssh-connection.ts";
import type { Host } from "../host/host.ts";
import { ClearMessages } from "./clear-messages.ts";

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
  readonly #messages: ClearMessages;
  readonly #channels: ChannelTable;
  readonly #listeners: ListenerTable;
  #gone: SallyportError | undefined;
  #isDisposed = false;

  private constructor(host: Host, local: Network, connection: Connection, name: string) {
    this.host = host;
    this.local = local;
    this.serverAddress = connection.remote.host;
    this.#connection = connection;
    const { clock, random } = host.simulation;
    const { stream } = connection;
    const gate = new SendGate(stream, () => false);
    this.#channels = new ChannelTable({
      isCongested: () => gate.isCongested(),
      whenClear: (callback) => gate.whenClear(callback),
      pace: { nowMs: () => clock.nowMs(), roundTripMs: () => Number.POSITIVE_INFINITY },
      peer: "the SSH server",
      onOpen: (request, answer) => network.take(request, answer),
    });
    const messages = new ClearMessages({ stream, receiver: this.#channels, onGlobal: async () => undefined });
    this.#messages = messages;
    this.#channels.sender = messages.send;
    this.#listeners = new ListenerTable(
      requestsBy(messages, () => this.#gone),
      random,
      () => {},
    );
    const network = new EmbeddedNetwork(name, {
      channels: this.#channels,
      listeners: this.#listeners,
      clock,
      emit: () => {},
    });
    this.network = network;
    stream.once("end", () => stream.end());
    this.lost = this.#watch(name);
  }

  /** Throws `NET_*`, or the signal's reason. */
  static async connect(host: Host, options: SimulatedSshOptions): Promise<SimulatedSsh> {
    const { host: name, port = 22, local = host.network(), signal } = options;
    return new SimulatedSsh(host, local, await local.connect({ host: name, port, signal }), name);
  }

  /** Channels and listeners, for a leak check. */
  get open(): readonly string[] {
    return [...this.#channels.open, ...this.#listeners.open];
  }

  /** A command at the SSH host, as far as its sshd runs any. */
  exec(command: string, { signal }: { readonly signal: AbortSignal }): Promise<ExecResult> {
    return exec(this.#channels, command, signal);
  }

  openSubsystem(name: string, { signal }: { readonly signal: AbortSignal }): Promise<Connection> {
    const { clock, random } = this.host.simulation;
    return openSubsystem(this.#channels, { clock, random, emit: () => {} }, name, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#lose(new SallyportError("CLOSED", "the SSH connection is closed"));
    await this.#connection[Symbol.asyncDispose]();
  }

  async #watch(name: string): Promise<SallyportError | undefined> {
    const { error: cause } = await this.#connection.closed;
    const words = `the SSH connection to ${name} is lost${cause === undefined ? "" : `: ${cause.message}`}`;
    this.#lose(new SallyportError("SSH_DISCONNECTED", words, { cause }));
    return this.#isDisposed ? undefined : this.#gone;
  }

  #lose(error: SallyportError): void {
    if (this.#gone !== undefined) return;
    this.#gone = error;
    this.#channels.lose(error);
    this.#listeners.lose(error);
    this.#messages.lose();
  }
}

function requestsBy(messages: ClearMessages, lost: () => SallyportError | undefined): ForwardRequests {
  return {
    listen: (host, port, onBound) =>
      new Promise((resolve, reject) => {
        const gone = lost();
        if (gone !== undefined) return reject(gone);
        messages.ask("tcpip-forward", host, port, (bound) => {
          if (bound === undefined) reject(lost() ?? forwardRefused(formatEndpoint({ host: host || "*", port })));
          else resolve(onBound(bound));
        });
      }),
    cancel: (host, port) =>
      new Promise((resolve) => {
        if (lost() === undefined) messages.ask("cancel-tcpip-forward", host, port, () => resolve());
        else resolve();
      }),
  };
}

// A tunnel that runs: what the caller holds.

import { closeSessions } from "../admission/acceptor.ts";
import { RemoteSockets } from "../data-connection/remote-sockets.ts";
import type { GatewayEnvironment } from "../gateway/environment.ts";
import type { Gateway, GatewayShared } from "../gateway/gateway.ts";
import type { Clock } from "../platform/clock.ts";
import { Deferred } from "../platform/deferred.ts";
import type { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { ReconnectingSsh } from "../ssh/reconnecting-ssh.ts";
import type { OpenForward, Tunnel } from "./options.ts";

const closingText = "Sallyport is closing.";

export interface TunnelParts {
  readonly clock: Clock;
  readonly forwards: readonly OpenForward[];
  readonly gateways: readonly Gateway[];
  readonly shared: GatewayShared;
  readonly ssh: ReconnectingSsh;
  readonly master?: string;
}

/** The network towards the FTP server, over whichever SSH connection is there; `address`: the SSH host's, for the FTP server. */
export function upstreamOver(ssh: ReconnectingSsh, address?: string): GatewayEnvironment["upstream"] {
  const remoteSockets = new RemoteSockets((port, signal) => ssh.listSockets(port, signal));
  return async (signal) => {
    const { connection, gone } = await ssh.current(signal);
    const { network, serverAddress, isOpenSsh } = connection;
    return {
      network,
      signal: gone,
      address: address ?? serverAddress,
      remoteSockets,
      keepsHalfOpen: isOpenSsh === true,
    };
  };
}

export class RunningTunnel implements Tunnel {
  readonly forwards: readonly OpenForward[];
  readonly transport: "openssh" | "embedded";
  readonly master?: string;
  readonly closed: Promise<SallyportError | undefined>;
  readonly #parts: TunnelParts;
  readonly #closed = new Deferred<SallyportError | undefined>();
  #closing: Promise<void> | undefined;

  constructor(parts: TunnelParts) {
    this.#parts = parts;
    this.forwards = parts.forwards;
    this.transport = parts.ssh.transport;
    if (parts.master !== undefined) this.master = parts.master;
    this.closed = this.#closed.promise;
  }

  get transfersRunning(): number {
    return [...this.#parts.shared.sessions].reduce((sum, session) => sum + session.transfersRunning, 0);
  }

  async close(options: { readonly graceMs?: number } = {}): Promise<void> {
    await this.#close(options.graceMs ?? limits.tunnelGraceMs, undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort(closingText);
    await this.#close(0, undefined);
  }

  /** The tunnel cannot go on: everything is closed, and `closed` has the reason. */
  async fail(error: SallyportError): Promise<void> {
    this.#abort(error.message);
    await this.#close(0, error);
  }

  #abort(text: string): void {
    for (const session of this.#parts.shared.sessions) session.closeNow(text);
  }

  #close(graceMs: number, error: SallyportError | undefined): Promise<void> {
    this.#closing ??= this.#closeParts(graceMs).then(() => this.#closed.resolve(error));
    return this.#closing;
  }

  async #closeParts(graceMs: number): Promise<void> {
    const { clock, gateways, shared, ssh } = this.#parts;
    const acceptors = gateways.map(({ acceptor }) => acceptor);
    await closeSessions(clock, acceptors, shared.sessions, closingText, graceMs);
    await ssh[Symbol.asyncDispose]();
  }
}

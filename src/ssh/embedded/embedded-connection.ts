// An authenticated connection of the ssh2 library, with our channels on it.
import type { Client } from "ssh2";
import type { Endpoint } from "../../platform/endpoint.ts";
import type { Connection, Network } from "../../platform/network.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { Channels } from "../channels/channels.ts";
import { exec } from "../channels/exec.ts";
import { WindowPace } from "../channels/machine/window-pace.ts";
import type { RemoteForwards } from "../channels/remote-forwards.ts";
import { RemoteNetwork } from "../channels/remote-network.ts";
import { openSubsystem } from "../channels/subsystem.ts";
import { ownForwards } from "../channels/tcpip-forward.ts";
import { type ExecResult, isOpenSsh, type SshConnection, type SshEnvironment } from "../ssh-connection.ts";
import { forwardRequests, measureRoundTrip, ssh2Channels } from "./channels/ssh2-carrier.ts";
import { serverSoftware } from "./channels/ssh2-messages.ts";
import { type LogInOptions, logIn } from "./log-in.ts";
import { translateSsh2Error } from "./ssh-errors.ts";
import { type Carrier, closeCarrier, endCarrier } from "./transport/carrier.ts";

export interface EmbeddedParts {
  /** Logged in just now. */
  readonly client: Client;
  readonly carrier: Carrier;
  /** `user@host` as the user wrote it. */
  readonly target: string;
  readonly server: Endpoint;
  readonly environment: SshEnvironment;
}

export class EmbeddedConnection implements SshConnection {
  readonly transport = "embedded";
  readonly target: string;
  readonly serverAddress: string | undefined;
  readonly isOpenSsh: boolean;
  readonly network: Network;
  readonly lost: Promise<SallyportError | undefined>;
  readonly #parts: EmbeddedParts;
  readonly #channels: Channels;
  readonly #forwards: RemoteForwards;
  #gone: SallyportError | undefined;
  #disposed: Promise<void> | undefined;

  /** Logs in over `carrier`, which is closed when that fails. Throws `SSH_*`, or the signal's reason. */
  static async over(
    carrier: Carrier,
    { target, ...login }: Omit<LogInOptions, "stream" | "address"> & { readonly target: string },
  ): Promise<EmbeddedConnection> {
    const { settings: server, environment } = login;
    try {
      const client = await logIn({ ...login, stream: carrier.stream, address: carrier.address });
      environment.emit({ type: "ssh.connected", target, transport: "embedded" });
      return new EmbeddedConnection({ client, carrier, target, server, environment });
    } catch (error) {
      await closeCarrier(carrier);
      throw error;
    }
  }

  private constructor(parts: EmbeddedParts) {
    const { client, carrier, target, environment } = parts;
    const { clock, random, emit } = environment;
    this.#parts = parts;
    this.target = target;
    this.serverAddress = carrier.address;
    this.isOpenSsh = isOpenSsh(serverSoftware(client));
    const requests = forwardRequests(client, () => this.#gone);
    const { forwards, onOpen } = ownForwards({ requests, clock, random, emit });
    this.#forwards = forwards;
    this.#channels = ssh2Channels({
      peer: client,
      stream: carrier.stream,
      role: "client",
      windows: new WindowPace(
        {
          least: limits.sshShortLineWindowBytes,
          bytesPerMs: limits.sshWindowBytesPerMs,
          first: limits.sshFirstWindowBytes,
          most: limits.sshChannelWindowBytes,
        },
        measureRoundTrip(client, clock),
      ),
      onOpen,
    });
    this.network = new RemoteNetwork(target, { channels: this.#channels, forwards, clock, emit });
    this.lost = this.#watch();
  }

  exec(command: string, signal: AbortSignal): Promise<ExecResult> {
    return exec(this.#channels, command, signal);
  }

  openSubsystem(name: string, signal: AbortSignal): Promise<Connection> {
    return openSubsystem(this.#channels, this.#parts.environment, name, signal);
  }

  /** What is open, for a leak check. */
  get open(): readonly string[] {
    return [...this.#channels.open, ...this.#forwards.open];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose();
    await this.#disposed;
  }

  async #dispose(): Promise<void> {
    const { client, carrier, environment, target } = this.#parts;
    this.#lose(new SallyportError("CLOSED", `the SSH connection to ${target} is closed`));
    client.end();
    await endCarrier(carrier, environment.clock);
  }

  async #watch(): Promise<SallyportError | undefined> {
    const { client, carrier, server } = this.#parts;
    // With the first sign of the end nothing more may be sent: ssh2's compressor throws once it is closed. A proxy or a
    // jump host ends one direction at a time; with either of them SSH is over.
    const onEnd = (error: unknown): void => {
      this.#lose(disconnected(translateSsh2Error(error, server, true)));
      if (this.#disposed === undefined) carrier.stream.destroy();
    };
    client.on("error", onEnd);
    client.once("end", () => onEnd(new Error("closed the connection")));
    await new Promise<void>((resolve) => {
      client.once("close", () => resolve());
    });
    onEnd(new Error("closed the connection"));
    await carrier.below?.[Symbol.asyncDispose]();
    return this.#disposed === undefined ? this.#gone : undefined;
  }

  #lose(error: SallyportError): void {
    if (this.#gone !== undefined) return;
    this.#gone = error;
    this.#channels.lose(error);
    this.#forwards.lose(error);
  }
}

/** Whatever went wrong, channels and listeners learn that the connection is gone. */
function disconnected(error: SallyportError): SallyportError {
  if (!isSallyportError(error) || error.code === "SSH_DISCONNECTED") return error;
  return new SallyportError("SSH_DISCONNECTED", error.message, {
    cause: error,
    details: error.details,
    hint: error.hint,
  });
}

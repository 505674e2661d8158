// The remote end of an SSH connection as a network: connect is direct-tcpip, listen is tcpip-forward (RFC 4254 section 7).
import type { Clock } from "../../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../../platform/network.ts";
import type { TraceEventBody } from "../../platform/trace.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { type Channel, channelConnection } from "./channel.ts";
import type { Channels } from "./channels.ts";

/** The server does not report which address and port it connects from (section 7.2). */
export const unknownEnd: Endpoint = { host: "", port: 0 };

interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

interface Surroundings {
  readonly clock: Clock;
  readonly emit: (event: TraceEventBody) => void;
}

export interface RemoteNetworkParts extends Surroundings {
  readonly channels: Channels;
  readonly forwards: { listen(options: ListenOptions): Promise<Listener> };
}

export class RemoteNetwork implements Network {
  readonly name: string;
  readonly #parts: RemoteNetworkParts;

  constructor(name: string, parts: RemoteNetworkParts) {
    this.name = name;
    this.#parts = parts;
  }

  async connect({ host, port, signal, localAddress, localPort }: ConnectOptions): Promise<Connection> {
    if (localAddress !== undefined || localPort !== undefined) throw cannotChooseEnd(this.name);
    const target = formatEndpoint({ host, port });
    // The originator is for the server's log only; sshd, too, names 127.0.0.1 where it knows nothing better.
    const ends = { host, port, originatorHost: "127.0.0.1", originatorPort: 0 };
    try {
      const channel = await this.#parts.channels.openChannel({ kind: "direct-tcpip", ends, target }, signal);
      return openConnection(channel, { local: unknownEnd, remote: { host, port } }, this.#parts);
    } catch (error) {
      if (isRefusal(error)) this.#parts.emit({ type: "ssh.channel.refused", target, reason: error.message });
      throw error;
    }
  }

  listen(options: ListenOptions): Promise<Listener> {
    return this.#parts.forwards.listen(options);
  }
}

/** A connection that we close ourselves has refused nothing. */
export const isRefusal = (error: unknown): error is SallyportError =>
  isSallyportError(error) && error.code !== "CLOSED";

/** A channel that was opened just now. */
export function openConnection(channel: Channel, { local, remote }: Ends, { clock, emit }: Surroundings): Connection {
  const connection = channelConnection(channel, local, remote, clock);
  emit({ type: "ssh.channel.open", channel: channel.number, target: channel.target });
  void connection.closed.then(() => emit({ type: "ssh.channel.close", channel: channel.number }));
  return connection;
}

export function cannotChooseEnd(network: string): SallyportError {
  return new SallyportError("NET_UNSUPPORTED", `${network} cannot choose the address or port that it connects from`, {
    hint: "An SSH server connects from an address and port that it chooses (RFC 4254 section 7.2).",
  });
}

// The remote end of an SSH connection as a network: connect is direct-tcpip, listen is tcpip-forward (RFC 4254 section 7).
import type { Clock } from "../../../platform/clock.ts";
import { formatEndpoint } from "../../../platform/endpoint.ts";
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../../../platform/network.ts";
import type { TraceEventBody } from "../../../platform/trace.ts";
import { isSallyportError, SallyportError } from "../../../protocol/error.ts";
import type { Channel } from "./channel.ts";
import { channelConnection } from "./channel-connection.ts";
import type { ChannelTable } from "./channel-table.ts";
import type { ListenerTable } from "./listener-table.ts";
import { type OpenAnswer, openRefusal } from "./open-answer.ts";
import { channelWindow } from "./receive-window.ts";
import type { OpenRequest } from "./ssh2-messages.ts";

/** The server does not tell which address and port it connects from (RFC 4254 section 7.2). */
const unknownEnd = { host: "", port: 0 } as const;

export interface EmbeddedNetworkParts {
  readonly channels: ChannelTable;
  readonly listeners: ListenerTable;
  readonly clock: Clock;
  readonly emit: (event: TraceEventBody) => void;
}

export class EmbeddedNetwork implements Network {
  readonly name: string;
  readonly #parts: EmbeddedNetworkParts;

  constructor(name: string, parts: EmbeddedNetworkParts) {
    this.name = name;
    this.#parts = parts;
  }

  async connect(options: ConnectOptions): Promise<Connection> {
    const { host, port, signal } = options;
    if (options.localAddress !== undefined || options.localPort !== undefined) throw cannotChooseEnd(this.name);
    const target = formatEndpoint({ host, port });
    // The originator is for the server's log only; sshd, too, says 127.0.0.1 where it knows nothing better.
    const request = { dstIP: host, dstPort: port, srcIP: "127.0.0.1", srcPort: 0 };
    try {
      const channel = await this.#parts.channels.request(target, signal, (send, ours) =>
        send.directTcpip(ours, channelWindow.firstBytes, channelWindow.packetBytes, request),
      );
      return this.#connection(channel, { local: unknownEnd, remote: { host, port } });
    } catch (error) {
      if (isSallyportError(error)) this.#parts.emit({ type: "ssh.channel.refused", target, reason: error.message });
      throw error;
    }
  }

  listen(options: ListenOptions): Promise<Listener> {
    return this.#parts.listeners.listen(options.host, options.ports, options.signal);
  }

  /** For the channel table: gives a forwarded connection to its listener. */
  take(request: OpenRequest, answer: OpenAnswer): void {
    const { destIP = "", destPort = 0, srcIP = "", srcPort = 0 } = request.data;
    const isForwarded = request.type === "forwarded-tcpip";
    const listener = isForwarded ? this.#parts.listeners.find(destIP, destPort) : undefined;
    if (listener === undefined) {
      answer.refuse(isForwarded ? openRefusal.prohibited : openRefusal.unknownType, "");
      return;
    }
    const ends = { local: listener.endpoint, remote: { host: srcIP, port: srcPort } };
    listener.arrive(this.#connection(answer.accept(`${srcIP}:${srcPort}`), ends));
  }

  #connection(channel: Channel, ends: Pick<Connection, "local" | "remote">): Connection {
    const { emit, clock } = this.#parts;
    const connection = channelConnection(channel, ends.local, ends.remote, clock);
    emit({ type: "ssh.channel.open", channel: channel.ours, target: channel.target });
    void connection.closed.then(() => emit({ type: "ssh.channel.close", channel: channel.ours }));
    return connection;
  }
}

function cannotChooseEnd(network: string): SallyportError {
  return new SallyportError("NET_UNSUPPORTED", `${network} cannot choose the address or port that it connects from`, {
    hint: "An SSH server connects from an address and port that it chooses (RFC 4254 section 7.2).",
  });
}

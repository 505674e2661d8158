// The remote end of the SSH connection as a network: connect is direct-tcpip, listen is ssh's -R (RFC 4254 section 7).
import type { Clock } from "../../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../../platform/network.ts";
import { StreamConnection } from "../../platform/stream-connection.ts";
import type { TraceEventBody } from "../../platform/trace.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { channelRefused } from "../channel-refusal.ts";
import { directTcpip } from "../connection-protocol/channel-messages.ts";
import { ChannelStream } from "./channel-stream.ts";
import type { Channels } from "./channels.ts";

import type { RemoteForwards } from "./remote-forwards.ts";

/** The server does not tell which address and port it connects from (RFC 4254 section 7.2). */
const unknownEnd: Endpoint = { host: "", port: 0 };

export interface OpenSshNetworkParts {
  readonly target: string;
  readonly channels: Channels;
  readonly forwards: RemoteForwards;
  readonly clock: Clock;
  readonly emit: (event: TraceEventBody) => void;
}

export class OpenSshNetwork implements Network {
  readonly name: string;
  readonly #parts: OpenSshNetworkParts;

  constructor(parts: OpenSshNetworkParts) {
    this.name = parts.target;
    this.#parts = parts;
  }

  async connect(options: ConnectOptions): Promise<Connection> {
    const { host, port, signal } = options;
    if (options.localAddress !== undefined || options.localPort !== undefined) throw cannotChooseEnd(this.name);
    const target = formatEndpoint({ host, port });
    try {
      const stream = await this.#parts.channels.open(
        {
          type: "direct-tcpip",
          body: directTcpip(host, port),
          target,
          refusal: (reason, description) => channelRefused(target, reason, description),
          makeOwner: (channel, upstream) => new ChannelStream(channel, upstream),
        },
        signal,
      );
      return this.#connection(stream, { host, port }, target);
    } catch (error) {
      if (isSallyportError(error)) this.#parts.emit({ type: "ssh.channel.refused", target, reason: error.message });
      throw error;
    }
  }

  listen(options: ListenOptions): Promise<Listener> {
    return this.#parts.forwards.listen(options);
  }

  #connection(stream: ChannelStream, remote: Endpoint, target: string): Connection {
    const { clock, emit } = this.#parts;
    const connection = new StreamConnection({
      stream,
      local: unknownEnd,
      remote,
      clock,
      // SSH_MSG_CHANNEL_CLOSE without end-of-file. sshd makes an end-of-file of it for the far program (README.md): what
      // must not be taken for complete has to be aborted in FTP first.
      breakOff: () => stream.destroy(),
    });
    emit({ type: "ssh.channel.open", channel: stream.number, target });
    void connection.closed.then(() => emit({ type: "ssh.channel.close", channel: stream.number }));
    return connection;
  }
}

function cannotChooseEnd(network: string): SallyportError {
  return new SallyportError("NET_UNSUPPORTED", `${network} cannot choose the address or port that it connects from`, {
    hint: "An SSH server connects from an address and port that it chooses (RFC 4254 section 7.2).",
  });
}

// What a client that is logged in can do: connect, listen, SFTP, and commands that stand for nothing.
import type { Endpoint } from "../../../platform/endpoint.ts";
import { formatEndpoint } from "../../../platform/endpoint.ts";
import type { Connection } from "../../../platform/network.ts";
import { SignalFan } from "../../../platform/signal-fan.ts";
import { isSallyportError, type SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import { serveSftp } from "../../sftp/server/serve-sftp.ts";
import type { Channel } from "../channels/channel.ts";
import type { ChannelTable } from "../channels/channel-table.ts";
import { type OpenAnswer, openRefusal } from "../channels/open-answer.ts";
import { channelWindow } from "../channels/receive-window.ts";
import type { OpenRequest } from "../channels/ssh2-messages.ts";
import type { ServerContext } from "./context.ts";
import { farConnect } from "./far-connect.ts";
import { FarConnections } from "./far-connections.ts";
import type { SshUser } from "./options.ts";
import { notPermitted } from "./permission.ts";
import { RemoteListeners } from "./remote-listeners.ts";
import { serveSession } from "./session-channel.ts";

export interface ClientSessionParts {
  readonly context: ServerContext;
  readonly user: SshUser;
  /** `host:port`. */
  readonly client: string;
  readonly channels: ChannelTable;
  /** The client has said that it wants no session any more. */
  readonly isDoneWithSessions: () => boolean;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** Privileged ports (RFC 6335 section 6): a user of this server is not the administrator of its machine. */
const firstUserPort = 1024;

export class ClientSession {
  readonly #parts: ClientSessionParts;
  readonly #listeners: RemoteListeners;
  readonly #connections: FarConnections;
  readonly #work: Set<Promise<void>> = new Set();
  /** As many connections may be opening at once as there may be channels. */
  readonly #opens: SignalFan;
  #opening = 0;
  #sessions = 0;

  constructor(parts: ClientSessionParts) {
    this.#parts = parts;
    const { network, gatewayPorts, clock } = parts.context;
    this.#connections = new FarConnections(clock);
    this.#opens = new SignalFan(parts.signal);
    this.#listeners = new RemoteListeners({
      network,
      gatewayPorts,
      onConnection: (connection, host, port) => this.#track(this.#forward(connection, { host, port })),
    });
  }

  get open(): readonly string[] {
    return [...this.#connections.open, ...this.#listeners.open];
  }

  /** For the channel table. */
  readonly onOpen = (request: OpenRequest, answer: OpenAnswer): void => {
    if (this.#isFull) {
      answer.refuse(openRefusal.shortage, `${limits.sshServerChannelsMax} channels are open, the limit`);
    } else if (request.type === "direct-tcpip") this.#track(this.#connect(request, answer));
    else if (request.type === "session") this.#startSession(answer);
    else answer.refuse(openRefusal.unknownType, "this server has no such channels");
  };

  get #isFull(): boolean {
    return this.#parts.channels.open.length + this.#opening >= limits.sshServerChannelsMax;
  }

  /** tcpip-forward. Returns the port, or `undefined` for a refusal. */
  async listen(host: string, port: number): Promise<number | undefined> {
    const { context, user, client } = this.#parts;
    const asked = { host, port };
    const isPrivileged = port !== 0 && port < firstUserPort;
    if (isPrivileged || !context.permitListen(asked, user)) {
      this.#refused(`to listen on ${formatEndpoint(asked)}`, isPrivileged ? "a privileged port" : "not permitted");
      return undefined;
    }
    try {
      const bound = await this.#listeners.listen(host, port);
      context.emit({ type: "ssh-server.listen", client, endpoint: formatEndpoint({ host, port: bound }) });
      return bound;
    } catch (error) {
      this.#refused(`to listen on ${formatEndpoint(asked)}`, messageOf(error));
      return undefined;
    }
  }

  /** cancel-tcpip-forward. False when there is no such listener. */
  unlisten(host: string, port: number): Promise<boolean> {
    return this.#listeners.cancel(host, port);
  }

  /** The SSH connection is gone: what it carried breaks. */
  async lose(error: SallyportError): Promise<void> {
    this.#parts.channels.lose(error);
    this.#connections.breakOff();
    await this.#listeners.closeAll();
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  async #connect(request: OpenRequest, answer: OpenAnswer): Promise<void> {
    const { context, user } = this.#parts;
    const target = { host: request.data.destIP ?? "", port: request.data.destPort ?? 0 };
    if (!context.permitOpen(target, user)) {
      this.#refused(`a connection to ${formatEndpoint(target)}`, "not permitted");
      answer.refuse(openRefusal.prohibited, notPermitted(target));
      return;
    }
    this.#opening += 1;
    const connection = await this.#opens
      .during((signal) => farConnect(context, target, signal))
      .catch((error: unknown) => messageOf(error));
    this.#opening -= 1;
    if (typeof connection === "string") {
      this.#refused(`a connection to ${formatEndpoint(target)}`, connection);
      answer.refuse(openRefusal.connectFailed, connection);
    } else await this.#join(answer.accept(formatEndpoint(target)), connection);
  }

  /** A connection to a listener of the client's. */
  async #forward(connection: Connection, listener: Endpoint): Promise<void> {
    const { channels } = this.#parts;
    const { host, port } = connection.remote;
    const ends = { boundAddr: listener.host, boundPort: listener.port, remoteAddr: host, remotePort: port };
    const open = (): Promise<Channel> =>
      this.#opens.during((signal) =>
        channels.request(formatEndpoint(connection.remote), signal, (send, ours) =>
          send.forwardedTcpip(ours, channelWindow.firstBytes, channelWindow.packetBytes, ends),
        ),
      );
    await this.#connections.during(connection, async () => {
      // Without a channel the client does not want it, or is gone.
      const channel = this.#isFull ? undefined : await open().catch(() => undefined);
      if (channel !== undefined) return this.#join(channel, connection);
      connection.reset();
      await connection.closed;
    });
  }

  #join(channel: Channel, connection: Connection): Promise<void> {
    const { context, client } = this.#parts;
    context.emit({ type: "ssh-server.open", client, target: channel.target });
    return this.#connections.join(channel, connection);
  }

  #startSession(answer: OpenAnswer): void {
    const { context, user, isDoneWithSessions } = this.#parts;
    if (isDoneWithSessions() || this.#sessions >= limits.sshServerSessionsMax) {
      const why = isDoneWithSessions() ? "no more sessions were wanted" : "too many sessions";
      answer.refuse(openRefusal.prohibited, why);
      return;
    }
    const channel = answer.accept("session");
    this.#sessions += 1;
    void channel.gone.then(() => {
      this.#sessions -= 1;
    });
    const files = context.files(user);
    serveSession(channel, {
      sftp: files === undefined ? undefined : () => this.#track(serveSftp(channel, { files, now: context.now })),
      sockets: () => this.#connections.table,
    });
  }

  #refused(what: string, reason: string): void {
    const { context, client } = this.#parts;
    context.emit({ type: "ssh-server.refused", client, what, reason });
  }

  #track(work: Promise<void>): Promise<void> {
    this.#work.add(work);
    return work.finally(() => this.#work.delete(work));
  }
}

function messageOf(error: unknown): string {
  return isSallyportError(error) ? error.message : "it failed";
}

// What a client that is logged in can do: connect, listen, SFTP, and commands that stand for nothing.

import { attemptUntil, LinkedAbort } from "../../../platform/abort.ts";
import { type Endpoint, formatEndpoint } from "../../../platform/endpoint.ts";
import type { FileSystem } from "../../../platform/file-system.ts";
import type { Connection } from "../../../platform/network.ts";
import { isSallyportError, SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import type { Channel } from "../../channels/channel.ts";
import type { Channels, OpenAnswer } from "../../channels/channels.ts";
import { type OpenMessage, openRefusal } from "../../connection-protocol/messages.ts";
import { serveScp } from "../../scp/serve-scp.ts";
import type { ScpCommand } from "../../scp/wire/command.ts";
import { serveSftp } from "../../sftp/server/serve-sftp.ts";
import { ClientNetwork } from "./client-network.ts";
import type { ServerContext } from "./context.ts";
import type { Route, SshClient, SshUser } from "./options.ts";
import { notPermitted } from "./permission.ts";
import { connectRemote, RemoteConnections } from "./remote-connections.ts";
import { RemoteListeners } from "./remote-listeners.ts";
import { serveSession } from "./session-channel.ts";

export interface ClientSessionParts {
  readonly context: ServerContext;
  readonly user: SshUser;
  readonly client: Endpoint;
  readonly channels: Channels;
  /** The client has said that it wants no session any more. */
  readonly isDoneWithSessions: () => boolean;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** An answer to direct-tcpip. */
interface Refusal {
  readonly code: number;
  readonly reason: string;
  readonly words: string;
}

/** Privileged ports (RFC 6335 section 6): a user of this server is not the administrator of its machine. */
const firstUserPort = 1024;

export class ClientSession {
  readonly #parts: ClientSessionParts;
  readonly #listeners: RemoteListeners;
  /** Where services of this process meet the client. */
  readonly #network: ClientNetwork;
  readonly #self: SshClient;
  readonly #connections: RemoteConnections;
  readonly #work: Set<Promise<void>> = new Set();
  #opening = 0;
  #sessions = 0;
  #refusals = 0;

  constructor(parts: ClientSessionParts) {
    this.#parts = parts;
    const { network, gatewayPorts, clock, random } = parts.context;
    this.#connections = new RemoteConnections(clock);
    this.#listeners = new RemoteListeners({
      network,
      gatewayPorts,
      onConnection: (connection, host, port) => this.#track(this.#forward(connection, { host, port })),
    });
    this.#network = new ClientNetwork({
      client: formatEndpoint(parts.client),
      clock,
      random,
      findForward: (to) => this.#listeners.find(to),
      openForwarded: (listener, from, signal) => this.#openForwarded(listener, from, signal),
      onConnection: (connection, ends) =>
        void this.#track(this.#connections.during(connection, () => connection.closed, ends)),
    });
    this.#self = {
      user: parts.user,
      endpoint: parts.client,
      network: this.#network,
      listensOn: (to) => this.#network.listensOn(to),
    };
  }

  get open(): readonly string[] {
    return [...this.#connections.open, ...this.#listeners.open];
  }

  /** For the channel table. */
  readonly onOpen = (request: OpenMessage, answer: OpenAnswer): void => {
    if (this.#isFull) {
      answer.refuse(openRefusal.shortage, `${limits.sshServerChannelsMax} channels are open, the limit`);
    } else if (request.kind === "direct-tcpip") this.#track(this.#connect(request, answer));
    else if (request.kind === "session") this.#startSession(answer);
    else answer.refuse(openRefusal.unknownType, "this server has no such channels");
  };

  get #isFull(): boolean {
    return this.#parts.channels.count + this.#opening >= limits.sshServerChannelsMax;
  }

  /** tcpip-forward. Returns the port, or `undefined` for a refusal. */
  async listen(host: string, port: number): Promise<number | undefined> {
    const { context, user, client } = this.#parts;
    const asked = { host, port };
    const isPrivileged = port !== 0 && port < firstUserPort;
    const here = this.#network.isOwnEnd(port);
    if (isPrivileged || !(here || context.permitListen(asked, user))) {
      this.#refused(`to listen on ${formatEndpoint(asked)}`, isPrivileged ? "a privileged port" : "not permitted");
      return undefined;
    }
    try {
      const bound = await this.#listeners.listen(host, port, here);
      context.emit({
        type: "ssh-server.listen",
        client: formatEndpoint(client),
        endpoint: formatEndpoint({ host, port: bound }),
      });
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
    this.#connections.reset();
    await this.#listeners.closeAll();
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  /** A service of this process that waits for this client, or where the route leads. */
  async #connect(request: OpenMessage, answer: OpenAnswer): Promise<void> {
    const target = { host: request.ends?.host ?? "", port: request.ends?.port ?? 0 };
    const waiting = this.#network.listenerAt(target);
    if (waiting !== undefined) return waiting(this.#accept(answer, target));
    this.#opening += 1;
    const found = await this.#reach(target).finally(() => {
      this.#opening -= 1;
    });
    if ("reason" in found) {
      this.#refused(`a connection to ${formatEndpoint(target)}`, found.reason);
      answer.refuse(found.code, found.words);
    } else if ("serve" in found) found.serve(this.#network.carry(this.#accept(answer, target), found.local));
    else await this.#connections.join(this.#accept(answer, target), found);
  }

  async #reach(target: Endpoint): Promise<Connection | Extract<Route, { how: "here" }> | Refusal> {
    const { context } = this.#parts;
    try {
      const route = await context.route(target, this.#self);
      if (route.how === "here") return route;
      if (route.how === "network")
        return await attemptUntil(this.#parts.signal, undefined, (signal) =>
          connectRemote(context, route.target, signal),
        );
      return { code: openRefusal.prohibited, reason: "not permitted", words: notPermitted(target) };
    } catch (error) {
      const reason = messageOf(error);
      return { code: openRefusal.connectFailed, reason, words: reason };
    }
  }

  /** A connection to a listener of the client's. */
  async #forward(connection: Connection, listener: Endpoint): Promise<void> {
    await this.#connections.during(connection, async () => {
      // Without a channel the client does not want it, or is gone.
      const channel = await this.#openForwarded(listener, connection.remote).catch(() => undefined);
      if (channel !== undefined) return this.#connections.join(channel, connection);
      connection.reset();
      await connection.closed;
    });
  }

  async #openForwarded(listener: Endpoint, from: Endpoint, signal?: AbortSignal): Promise<Channel> {
    if (this.#isFull) throw new SallyportError("NET_FAILED", "too many channels are open");
    const { channels, signal: whole } = this.#parts;
    const ends = { ...listener, originatorHost: from.host, originatorPort: from.port };
    const stop = new LinkedAbort(whole, signal);
    const request = { kind: "forwarded-tcpip", ends, target: formatEndpoint(from) } as const;
    const channel = await channels.openChannel(request, stop.signal).finally(() => stop.release());
    this.#opened(channel.target);
    return channel;
  }

  #accept(answer: OpenAnswer, target: Endpoint): Channel {
    this.#opened(formatEndpoint(target));
    return answer.accept(formatEndpoint(target));
  }

  #opened(target: string): void {
    const { context, client } = this.#parts;
    context.emit({ type: "ssh-server.open", client: formatEndpoint(client), target });
  }

  #startSession(answer: OpenAnswer): void {
    const { context, user, isDoneWithSessions } = this.#parts;
    if (isDoneWithSessions() || this.#sessions >= limits.sshServerSessionsMax) {
      const why = isDoneWithSessions() ? "it wanted no more sessions" : "too many sessions";
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
      scp: files === undefined ? undefined : (_, command) => this.#scp(channel, command, files),
      sockets: () => this.#connections.table,
    });
  }

  #scp(channel: Channel, command: ScpCommand | string, files: FileSystem): Promise<number | undefined> {
    const { random } = this.#parts.context;
    const randomName = (): string => Array.from({ length: 16 }, () => random.below(16).toString(16)).join("");
    const served = serveScp(channel, command, { files, randomName });
    void this.#track(served.then(() => {}));
    return served;
  }

  #refused(what: string, reason: string): void {
    const { context, client } = this.#parts;
    this.#refusals += 1;
    const past = this.#refusals - limits.sshServerRefusalsToldMax;
    if (past > 0) return;
    const more = past === 0 ? "; no further ones of this connection are logged" : "";
    context.emit({ type: "ssh-server.refused", client: formatEndpoint(client), what, reason: reason + more });
  }

  #track(work: Promise<void>): Promise<void> {
    this.#work.add(work);
    return work.finally(() => this.#work.delete(work));
  }
}

function messageOf(error: unknown): string {
  return isSallyportError(error) ? error.message : "it failed";
}

// Does what the relay machine wants done to data connections, and knows how each kind is opened.

import type { ClientIdentity } from "../admission/client-identity.ts";
import { dialActive } from "../data-connection/dial-active.ts";
import { isJoined, joinedPair } from "../data-connection/joined-pair.ts";
import { openPassiveListener } from "../data-connection/passive-listener.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import type { PassiveReplyPause } from "../platform/passive-reply-pause.ts";
import { judgeTarget, type TargetPolicy } from "../protocol/data-peers.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError, withDetails } from "../protocol/error.ts";
import type { HostPort } from "../protocol/host-port.ts";
import { plainHost, sameHost } from "../protocol/ip-address.ts";
import { limits } from "../protocol/limits.ts";
import { choosePassiveAddress } from "../protocol/passive-reply.ts";
import type { DataSide, Direction, RelayAction, ServerMemory } from "../protocol/relay/messages.ts";
import type { UpstreamControl } from "./control-connections.ts";
import type { DownstreamTls, GatewayEnvironment, GatewayOptions } from "./environment.ts";
import type { ListenerRegistry, WaitingListener } from "./listener-registry.ts";
import { type Opening, type SecuredBy, TransferConnections, type TransferReports } from "./transfer-connections.ts";
import { lateUpstream, listenActive, listenDefaultPort } from "./upstream-data.ts";

type DataAction = Extract<RelayAction, { readonly id: number }>;
type Performers = {
  readonly [Type in DataAction["type"]]: (
    transfer: TransferConnections,
    action: Extract<DataAction, { type: Type }>,
  ) => void;
};

/** What every session of one gateway is given. */
export interface SessionContext {
  /** Number of the session, from 1. */
  readonly id: number;
  readonly options: GatewayOptions;
  readonly environment: GatewayEnvironment;
  readonly registry: ListenerRegistry;
  readonly memory: ServerMemory;
}

export interface DataActionsOptions {
  readonly context: SessionContext;
  /** The client's control connection. */
  readonly downstream: Connection;
  readonly client: ClientIdentity;
  readonly targetPolicy: TargetPolicy;
  readonly downstreamTls: DownstreamTls | undefined;
  /** Its data connections are inside TLS now (PROT P). */
  readonly protectsClient: () => boolean;
  readonly passiveReplyPause: PassiveReplyPause;
  /** The way to the server, as it is now. */
  readonly server: () => UpstreamControl;
  readonly reports: TransferReports;
  /** The client has been sent that the transfer has begun. */
  readonly hasBegun: (id: number) => boolean;
}

export class DataActions {
  readonly #options: DataActionsOptions;
  readonly #transfers: Map<number, TransferConnections> = new Map();

  constructor(options: DataActionsOptions) {
    this.#options = options;
  }

  perform(action: DataAction): void {
    const transfer = this.#transfers.get(action.id) ?? new TransferConnections(action.id, this.#options.reports);
    this.#transfers.set(action.id, transfer);
    (this.#performers[action.type] as (transfer: TransferConnections, action: DataAction) => void)(transfer, action);
  }

  resetAll(): void {
    for (const transfer of this.#transfers.values()) transfer.resetBoth();
    this.dropAll();
  }

  dropAll(): void {
    for (const transfer of this.#transfers.values()) transfer.drop();
    this.#transfers.clear();
  }

  /** Bytes of all transfers that exist: only whether it changes matters. */
  get bytes(): number {
    return [...this.#transfers.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  readonly #performers: Performers = {
    "listen-downstream": (transfer) => this.#listenDownstream(transfer),
    "connect-downstream": (transfer, { to }) => this.#connectDownstream(transfer, to),
    "connect-upstream": (transfer, { port }) => this.#connectUpstream(transfer, port),
    "listen-upstream": (transfer, { how }) => transfer.open("upstream", how, this.#acceptServer(transfer.id, how)),
    copy: (transfer, { direction, secure = [], from, hash }) =>
      transfer.copy(direction, this.#securedBy(secure, direction), definedProps({ resendFrom: from, hash })),
    hold: (transfer) => transfer.hold(),
    verify: (transfer, { from, to, secure = [] }) => transfer.verify(from, to, this.#securedBy(secure, "download")),
    "verify-hash": (transfer, { length, digest }) => transfer.verifyHash(length, digest),
    "half-close": (transfer) => {
      if (this.#options.server().upstream.keepsHalfOpen === true) transfer.halfClose();
    },
    finish: (transfer, { side }) => transfer.finish(side),
    reset: (transfer, { side }) => transfer.reset(side),
    "forget-downstream": (transfer) => transfer.forget("downstream"),
    "call-off": (transfer) => {
      this.#transfers.delete(transfer.id);
      transfer.callOff();
    },
    drop: (transfer) => {
      this.#transfers.delete(transfer.id);
      transfer.drop();
    },
  };

  #listenDownstream(transfer: TransferConnections): void {
    transfer.open("downstream", "passive", async (signal, hold) => {
      const {
        context,
        downstream,
        client,
        reports,
        hasBegun,
        protectsClient: protects,
        passiveReplyPause,
      } = this.#options;
      const { options, environment, registry } = context;
      const listener = await openPassiveListener({
        network: environment.downstream,
        host: plainHost(downstream.local.host),
        ports: options.passivePorts,
        isExpectedPeer: (remote, local, over) =>
          sameHost(remote.host, client.host) && client.isSameUser({ remote, local }, () => hasBegun(transfer.id), over),
        onRejectedPeer: (remote, count) => this.#rejectedPeer("downstream", remote, count),
        signal,
      });
      const host = choosePassiveAddress(options.passiveAddresses, client.host) ?? plainHost(downstream.local.host);
      const waiting = { address: { host, port: listener.endpoint.port }, client, protects, listener };
      registry.add(waiting);
      hold(async () => {
        registry.remove(waiting);
        await listener[Symbol.asyncDispose]();
      });
      await passiveReplyPause.begin(signal);
      signal.throwIfAborted();
      this.#listens("downstream", listener.endpoint);
      reports.report({ type: "downstream-listening", id: transfer.id, address: waiting.address });
      const connection = await listener.accept();
      registry.remove(waiting);
      return connection;
    });
  }

  #connectDownstream(transfer: TransferConnections, to: HostPort | "default-port"): void {
    const { downstream, client, context, targetPolicy } = this.#options;
    if (to === "default-port") {
      this.#dialClient(transfer, "default-port", { host: client.host, port: downstream.remote.port });
      return;
    }
    const waiting = context.registry.find(to, client);
    // PORT was judged when it came; a listener of ours that made it right may be gone, and anybody may have the port now.
    const mayConnect = judgeTarget({ ...targetPolicy, isJoin: () => false }, to).allowed;
    if (waiting !== undefined) transfer.open("downstream", "joined", () => this.#join(waiting));
    else if (mayConnect) this.#dialClient(transfer, "active", to);
    else transfer.open("downstream", "joined", () => Promise.reject(otherPortGone(to)));
  }

  #dialClient(transfer: TransferConnections, how: string, to: HostPort): void {
    const { downstream, client, context } = this.#options;
    const { downstream: network, clock } = context.environment;
    const isClient = sameHost(to.host, client.host);
    transfer.open("downstream", how, async (signal) => {
      const connection = await dialActive({
        network,
        // EPRT has no zone for a link-local address; the control connection has.
        host: isClient ? client.host : to.host,
        port: to.port,
        // From the address that the client knows us by; over loopback the system chooses, for the client may have named another.
        ...definedProps({ localAddress: isClient ? plainHost(downstream.local.host) : undefined }),
        preferredLocalPort: downstream.local.port - 1,
        timeoutMs: limits.activeConnectMs,
        clock,
        signal,
      });
      if (!isClient || (await client.isReachedAt(connection))) return connection;
      connection.reset();
      throw ofAnotherUser(to);
    });
  }

  async #join(waiting: WaitingListener): Promise<Connection> {
    const { client, context, protectsClient } = this.#options;
    if (waiting.protects() !== protectsClient()) throw mixedProtection();
    if (!(await waiting.client.isSameAs(client))) throw otherPortGone(waiting.address);
    const [ours, theirs] = joinedPair(`session ${context.id}`, "joined session", context.environment.clock);
    if (!waiting.listener.offer(theirs)) throw otherPortGone(waiting.address);
    return ours;
  }

  #connectUpstream(transfer: TransferConnections, port: number): void {
    const { server, context } = this.#options;
    const { upstream } = server();
    const to = { host: context.options.target.host, port };
    const opening: Opening = (signal) =>
      upstream.network.connect({ ...to, signal }).catch((error: unknown) => {
        throw withDetails(error, { mode: "passive" });
      });
    const deadline = { delayMs: limits.channelOpenMs, late: () => lateUpstream(upstream, to) };
    transfer.open("upstream", "passive", opening, deadline);
  }

  #acceptServer(id: number, how: "active" | "default-port"): Opening {
    return async (signal, hold) => {
      const { server, context, reports } = this.#options;
      const { upstream, controlEnd } = server();
      const { target } = context.options;
      const onRejectedPeer = (remote: Endpoint, count: number): void => this.#rejectedPeer("upstream", remote, count);
      const options = { upstream, target, onRejectedPeer, signal };
      const listening = how === "active" ? listenActive(options) : listenDefaultPort(options, controlEnd);
      const { listener, address, warning } = await listening;
      hold(() => listener[Symbol.asyncDispose]() as Promise<void>);
      signal.throwIfAborted();
      this.#listens("upstream", address);
      reports.report({ type: "upstream-listening", id, address, ...definedProps({ warning }) });
      const connection = await listener.accept({ signal });
      await listener[Symbol.asyncDispose]();
      return connection;
    };
  }

  #securedBy(sides: readonly DataSide[], direction: Direction): SecuredBy {
    if (sides.length === 0) return {};
    const { server, downstreamTls } = this.#options;
    const { tls: upstreamTls } = server();
    const all: SecuredBy = definedProps({
      upstream: upstreamTls && ((plain, signal) => upstreamTls.secureData(plain, signal, direction === "download")),
      // What is joined leaves this program only on the way to both servers.
      downstream:
        downstreamTls &&
        (async (plain, signal) =>
          isJoined(plain) ? plain : downstreamTls.secure(plain, signal, direction === "upload")),
    } satisfies Record<DataSide, SecuredBy[DataSide]>);
    return Object.fromEntries(Object.entries(all).filter(([side]) => sides.includes(side as DataSide)));
  }

  #listens(side: DataSide, endpoint: Endpoint): void {
    this.#options.reports.emit({ type: "data.listen", side, endpoint: formatEndpoint(endpoint) });
  }

  #rejectedPeer(side: DataSide, remote: Endpoint, count: number): void {
    this.#options.reports.emit({ type: "data.rejected-peer", side, remote: formatEndpoint(remote), count });
  }
}

/** True for the actions that concern a transfer. */
export function isDataAction(action: RelayAction): action is DataAction {
  return "id" in action;
}

function ofAnotherUser(to: HostPort): SallyportError {
  const message = `port ${to.port} belongs to another user of this machine than your control connection`;
  return new SallyportError("NET_REFUSED", message, { hint: "--check-user off would permit it" });
}

/** A file that one client session keeps private must not leave by another that does not. */
function mixedProtection(): SallyportError {
  const message = "one of the two sessions protects its data (PROT P) and the other does not";
  return new SallyportError("NET_UNSUPPORTED", message, { hint: "send both PROT P, or both PROT C" });
}

function otherPortGone(to: HostPort): SallyportError {
  const message = `the other transfer's data port ${formatEndpoint(to)} is taken or closed`;
  return new SallyportError("NET_REFUSED", message, { hint: "send PASV there and PORT here again" });
}

// How each kind of data end of a session is opened.
import { openActiveEnd } from "../data-connection/active-end.ts";
import { joinedPair } from "../data-connection/joined-pair.ts";
import { openPassiveEnd } from "../data-connection/passive-end.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection, Listener } from "../platform/network.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import type { HostPort } from "../protocol/host-port.ts";
import { plainHost, sameHost } from "../protocol/ip-address.ts";
import { limits } from "../protocol/limits.ts";
import { choosePassiveAddress } from "../protocol/passive-address.ts";
import type { RelayInput } from "../protocol/relay/messages.ts";
import { connectBack, isServer, listenActive } from "./back-end.ts";
import type { ClientIdentity } from "./client-identity.ts";
import { listenDefaultPort } from "./default-port.ts";
import type { Back } from "./environment.ts";
import type { ExchangeEnds, Opening } from "./exchange-ends.ts";
import type { WaitingListener } from "./listener-registry.ts";
import { judgePort, type PortPolicy } from "./port-policy.ts";
import type { SessionContext } from "./session-context.ts";

export interface DataEndsOptions {
  readonly context: SessionContext;
  /** The client's control connection. */
  readonly front: Connection;
  readonly client: ClientIdentity;
  readonly portPolicy: PortPolicy;
  readonly back: Back;
  /** The far local end of the server's control connection, where back mode `default-port` found it. */
  readonly controlEnd: Endpoint | undefined;
  readonly report: (input: RelayInput) => void;
  /** The client has been told that the exchange's transfer has begun. */
  readonly isUnderWay: (id: number) => boolean;
}

export class DataEnds {
  readonly #options: DataEndsOptions;

  constructor(options: DataEndsOptions) {
    this.#options = options;
  }

  listenFront(ends: ExchangeEnds): void {
    ends.open("downstream", "passive", async (signal, hold) => {
      const { context, front, client, report, isUnderWay } = this.#options;
      const { options, environment, registry } = context;
      const end = await openPassiveEnd({
        network: environment.front,
        host: plainHost(front.local.host),
        ports: options.passivePorts,
        isExpectedPeer: (remote, local) => client.isPeerOf({ remote, local }, () => isUnderWay(ends.id)),
        onRejectedPeer: (remote, count) => this.#rejectedPeer("downstream", remote, count),
        signal,
      });
      const told = choosePassiveAddress(options.passiveAddresses, client.host) ?? plainHost(front.local.host);
      const waiting = { address: { host: told, port: end.endpoint.port }, client, end };
      registry.add(waiting);
      hold(async () => {
        registry.remove(waiting);
        await end[Symbol.asyncDispose]();
      });
      signal.throwIfAborted();
      this.#emit({ type: "data.listen", side: "downstream", endpoint: formatEndpoint(end.endpoint) });
      report({ type: "downstream-listening", id: ends.id, address: waiting.address });
      const connection = await end.accept({ signal });
      registry.remove(waiting);
      return connection;
    });
  }

  connectFront(ends: ExchangeEnds, to: HostPort | "default-port"): void {
    const { front, client } = this.#options;
    if (to === "default-port") {
      this.#connectClient(ends, "default-port", { host: client.host, port: front.remote.port });
      return;
    }
    const waiting = this.#options.context.registry.find(to, client);
    if (waiting !== undefined) ends.open("downstream", "joined", () => this.#join(waiting));
    else if (this.#mayConnect(to)) this.#connectClient(ends, "active", to);
    else ends.open("downstream", "joined", () => Promise.reject(otherPortGone(to)));
  }

  #connectClient(ends: ExchangeEnds, how: string, to: HostPort): void {
    const { front, client, context } = this.#options;
    const { front: network, clock } = context.environment;
    const isClient = sameHost(to.host, client.host);
    ends.open("downstream", how, (signal) =>
      openActiveEnd({
        network,
        // EPRT has no zone for a link-local address; the control connection has.
        host: isClient ? client.host : to.host,
        port: to.port,
        // From the address that the client knows us by; over loopback the system chooses, for the client may have named another.
        ...(isClient ? { localAddress: plainHost(front.local.host) } : {}),
        preferredLocalPort: front.local.port - 1,
        timeoutMs: limits.activeConnectMs,
        clock,
        signal,
      }),
    );
  }

  /** PORT was judged when it came; a listener of ours that made it right may be gone, and anybody may have the port now. */
  #mayConnect(to: HostPort): boolean {
    return judgePort({ ...this.#options.portPolicy, isJoin: () => false }, to).allowed;
  }

  async #join(waiting: WaitingListener): Promise<Connection> {
    const { client, context } = this.#options;
    if (!(await waiting.client.isSameAs(client))) throw otherPortGone(waiting.address);
    const [ours, theirs] = joinedPair(`session ${context.id}`, "joined session", context.environment.clock);
    if (!waiting.end.offer(theirs)) throw otherPortGone(waiting.address);
    return ours;
  }

  connectBack(ends: ExchangeEnds, port: number): void {
    const { back, context } = this.#options;
    const to = { host: context.options.target.host, port };
    ends.open("upstream", "passive", (signal) => connectBack(back, context.environment.clock, to, signal));
  }

  listenBack(ends: ExchangeEnds, how: "active" | "default-port"): void {
    ends.open("upstream", how, this.#acceptBack(ends.id, how));
  }

  #acceptBack(id: number, how: "active" | "default-port"): Opening {
    return async (signal, hold) => {
      const { back, context, controlEnd, report } = this.#options;
      const { target } = context.options;
      const listening =
        how === "active" ? listenActive(back, target, signal) : listenDefaultPort(back, controlEnd, signal);
      const { listener, address, warning } = await listening;
      hold(() => listener[Symbol.asyncDispose]() as Promise<void>);
      signal.throwIfAborted();
      this.#emit({ type: "data.listen", side: "upstream", endpoint: formatEndpoint(address) });
      report({ type: "upstream-listening", id, address, ...definedProps({ warning }) });
      const connection = await this.#acceptServer(listener, target, signal);
      await listener[Symbol.asyncDispose]();
      return connection;
    };
  }

  async #acceptServer(listener: Listener, target: Endpoint, signal: AbortSignal): Promise<Connection> {
    for (let rejected = 1; ; rejected += 1) {
      const connection = await listener.accept({ signal });
      if (isServer(target, connection.remote)) return connection;
      connection.reset();
      this.#rejectedPeer("upstream", connection.remote, rejected);
    }
  }

  #rejectedPeer(side: "downstream" | "upstream", remote: Endpoint, count: number): void {
    this.#emit({ type: "data.rejected-peer", side, remote: formatEndpoint(remote), count });
  }

  #emit(event: Parameters<SessionContext["environment"]["emit"]>[1]): void {
    const { id, environment } = this.#options.context;
    environment.emit(id, event);
  }
}

function otherPortGone(to: HostPort): SallyportError {
  const message = `the other transfer's data port ${formatEndpoint(to)} is taken or closed`;
  return new SallyportError("NET_REFUSED", message, { hint: "send PASV there and PORT here again" });
}

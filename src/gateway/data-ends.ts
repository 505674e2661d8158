// How each kind of data end of a session comes about.
import { openActiveEnd } from "../data-connection/active-end.ts";
import { joinedPair } from "../data-connection/joined-pair.ts";
import { openPassiveEnd } from "../data-connection/passive-end.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection, Listener } from "../platform/network.ts";
import type { HostPort } from "../protocol/host-port.ts";
import { isLoopback, plainHost, sameHost } from "../protocol/ip-address.ts";
import { choosePassiveAddress } from "../protocol/passive-address.ts";
import type { RelayInput } from "../protocol/relay/messages.ts";
import { connectBack, isServer, listenActive, listenDefaultPort } from "./back-end.ts";
import type { Back } from "./environment.ts";
import type { ExchangeEnds, Opening } from "./exchange-ends.ts";
import type { SessionContext } from "./session-context.ts";

/** How long a client that sent PORT may take to accept. It is near, or behind a firewall. */
const activeConnectMs = 30_000;

export interface DataEndsOptions {
  readonly context: SessionContext;
  /** The client's control connection. */
  readonly front: Connection;
  readonly back: Back;
  /** The far local end of the server's control connection, where back mode `default-port` found it. */
  readonly controlEnd: Endpoint | undefined;
  readonly report: (input: RelayInput) => void;
}

export class DataEnds {
  readonly #options: DataEndsOptions;
  readonly #client: string;

  constructor(options: DataEndsOptions) {
    this.#options = options;
    this.#client = plainHost(options.front.remote.host);
  }

  listenFront(ends: ExchangeEnds): void {
    ends.open("front", "passive", async (signal, hold) => {
      const { context, front, report } = this.#options;
      const { options, environment, registry } = context;
      const end = await openPassiveEnd({
        network: environment.front,
        host: plainHost(front.local.host),
        ports: options.passivePorts,
        isExpectedPeer: (remote) => this.#isClient(remote),
        onIntruder: (remote, count) => this.#intruder("front", remote, count),
        signal,
      });
      const told = choosePassiveAddress(options.passiveAddresses, this.#client) ?? plainHost(front.local.host);
      const waiting = { address: { host: told, port: end.endpoint.port }, client: this.#client, end };
      registry.add(waiting);
      hold(async () => {
        registry.remove(waiting);
        await end[Symbol.asyncDispose]();
      });
      this.#emit({ type: "data.listen", side: "front", endpoint: formatEndpoint(end.endpoint) });
      report({ type: "front-listening", id: ends.id, address: waiting.address });
      const connection = await end.accept({ signal });
      registry.remove(waiting);
      return connection;
    });
  }

  connectFront(ends: ExchangeEnds, to: HostPort | "default-port"): void {
    const { front, context } = this.#options;
    const waiting = to === "default-port" ? undefined : context.registry.find(to, this.#client);
    if (waiting !== undefined) {
      ends.open("front", "joined", async () => {
        const [ours, theirs] = joinedPair(`session ${context.id}`, "joined session");
        if (waiting.end.offer(theirs)) return ours;
        throw new Error("the other session's data connection is taken");
      });
      return;
    }
    const target = to === "default-port" ? { host: this.#client, port: front.remote.port } : to;
    ends.open("front", to === "default-port" ? "default-port" : "active", (signal) =>
      openActiveEnd({
        network: context.environment.front,
        ...target,
        // From the address that the client knows us by; over loopback the system chooses, for the client may have named another.
        ...(sameHost(target.host, this.#client) ? { localAddress: plainHost(front.local.host) } : {}),
        preferredLocalPort: front.local.port - 1,
        timeoutMs: activeConnectMs,
        clock: context.environment.clock,
        signal,
      }),
    );
  }

  connectBack(ends: ExchangeEnds, port: number): void {
    const { back, context } = this.#options;
    const to = { host: context.options.target.host, port };
    ends.open("back", "passive", (signal) => connectBack(back, context.environment.clock, to, signal));
  }

  listenBack(ends: ExchangeEnds, how: "active" | "default-port"): void {
    ends.open("back", how, this.#acceptBack(ends.id, how));
  }

  #acceptBack(id: number, how: "active" | "default-port"): Opening {
    return async (signal, hold) => {
      const { back, context, controlEnd, report } = this.#options;
      const { target } = context.options;
      const listening =
        how === "active" ? listenActive(back, target, signal) : listenDefaultPort(back, controlEnd, signal);
      const { listener, address } = await listening;
      hold(() => listener[Symbol.asyncDispose]() as Promise<void>);
      this.#emit({ type: "data.listen", side: "back", endpoint: formatEndpoint(address) });
      report({ type: "back-listening", id, address });
      const connection = await this.#acceptServer(listener, target, signal);
      await listener[Symbol.asyncDispose]();
      return connection;
    };
  }

  async #acceptServer(listener: Listener, target: Endpoint, signal: AbortSignal): Promise<Connection> {
    for (let intruders = 1; ; intruders += 1) {
      const connection = await listener.accept({ signal });
      if (isServer(target, connection.remote)) return connection;
      connection.reset();
      this.#intruder("back", connection.remote, intruders);
    }
  }

  #isClient(remote: Endpoint): boolean {
    return sameHost(remote.host, this.#client) || (isLoopback(remote.host) && isLoopback(this.#client));
  }

  #intruder(side: "front" | "back", remote: Endpoint, count: number): void {
    this.#emit({ type: "data.intruder", side, remote: formatEndpoint(remote), count });
  }

  #emit(event: Parameters<SessionContext["environment"]["emit"]>[1]): void {
    const { id, environment } = this.#options.context;
    environment.emit(id, event);
  }
}

// Makes pairs of connections for the facts, and clears away what they made.
import { setMaxListeners } from "node:events";
import type {
  Connection,
  ConnectOptions,
  Listener,
  ListenOptions,
  Network,
  PortRange,
} from "../../platform/network.ts";
import { until } from "../assertions.ts";
import type { SuiteLife } from "../facts.ts";
import type { NetworkFixture } from "./network-fixture.ts";
import { mebibyte } from "./traffic.ts";

export type Direction = "outgoing" | "incoming";

/** Both ways in which a connection of the network is made. */
export const directions: readonly Direction[] = ["outgoing", "incoming"];

/** `near` belongs to the network under test, `far` to the peer. */
export interface Pair {
  readonly near: Connection;
  readonly far: Connection;
}

export const anyPort: PortRange = { first: 0, last: 0 };
/** A signal that never aborts, for any number of waiting calls. */
export const never: AbortSignal = new AbortController().signal;
setMaxListeners(0, never);

export class Bench implements SuiteLife {
  readonly #open: () => Promise<NetworkFixture>;
  #opening: Promise<NetworkFixture> | undefined;
  #fixture: NetworkFixture | undefined;
  readonly #connections: Set<Connection> = new Set();
  readonly #listeners: Set<Listener> = new Set();

  constructor(open: () => Promise<NetworkFixture>) {
    this.#open = open;
  }

  get fixture(): NetworkFixture {
    if (this.#fixture === undefined) throw new Error("the fixture is not open");
    return this.#fixture;
  }

  /** More than can lie between a writer and a peer that does not read. */
  get moreThanInFlight(): number {
    return this.inFlightBytesMax + 16 * mebibyte;
  }

  get inFlightBytesMax(): number {
    return this.fixture.inFlightBytesMax ?? 96 * mebibyte;
  }

  /** Opens the fixture once. */
  async prepare(): Promise<void> {
    this.#opening ??= this.#open();
    this.#fixture = await this.#opening;
  }

  async close(): Promise<void> {
    await this.#fixture?.close();
  }

  keep(connection: Connection): Connection {
    connection.stream.on("error", () => {});
    this.#connections.add(connection);
    return connection;
  }

  async connect(network: Network, port: number, more: Partial<ConnectOptions> = {}): Promise<Connection> {
    const options = { host: this.fixture.loopback, port, signal: never, ...more };
    return this.keep(await network.connect(options));
  }

  async listen(network: Network, more: Partial<ListenOptions> = {}): Promise<Listener> {
    const options = { host: this.fixture.loopback, ports: anyPort, signal: never, ...more };
    const listener = await network.listen(options);
    this.#listeners.add(listener);
    return listener;
  }

  async accept(listener: Listener): Promise<Connection> {
    return this.keep(await listener.accept({ signal: never }));
  }

  /** Outgoing: the network connects to the peer. Incoming: the peer connects to the network. */
  async pair(direction: Direction): Promise<Pair> {
    const { network, peer } = this.fixture;
    const [from, to] = direction === "outgoing" ? [network, peer] : [peer, network];
    const listener = await this.listen(to);
    const [connected, accepted] = await Promise.all([
      this.connect(from, listener.endpoint.port),
      this.accept(listener),
    ]);
    return direction === "outgoing" ? { near: connected, far: accepted } : { near: accepted, far: connected };
  }

  /** After each fact nothing may be left: every listener goes, every connection settles, the network counts nothing. */
  async clear(): Promise<void> {
    const listeners = [...this.#listeners];
    const connections = [...this.#connections];
    this.#listeners.clear();
    this.#connections.clear();
    for (const connection of connections) connection.reset();
    await Promise.all(listeners.map((listener) => listener[Symbol.asyncDispose]()));
    await Promise.all(connections.map((connection) => connection.closed));
    const { leftovers } = this.fixture;
    if (leftovers === undefined) return;
    await until(
      () => `nothing is left: ${leftovers().join(", ")}`,
      () => leftovers().length === 0,
    );
  }
}

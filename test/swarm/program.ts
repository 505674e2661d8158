// One program of a simulation: what it has open on the network and the timers that it waits for, so that it can be killed as a
// system kills it, and be asked what it has left open.
import type { Clock } from "../../src/platform/clock.ts";
import { formatEndpoint } from "../../src/platform/endpoint.ts";
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../../src/platform/network.ts";
import { SallyportError } from "../../src/protocol/error.ts";
import { CountedClock } from "./counted-clock.ts";

/** Of what is never given up. */
export const never: AbortSignal = new AbortController().signal;

/** What becomes of a connection before the program has it: a place for a planted bug. */
export type Tamper = (connection: Connection) => void;

export class Program implements Network {
  readonly name: string;
  readonly clock: CountedClock;
  readonly #network: Network;
  readonly #tamper: Tamper;
  readonly #connections: Set<Connection> = new Set();
  readonly #listeners: Set<Listener> = new Set();
  #isDead = false;
  /** Bytes that waited inside the program, at most, when somebody looked. */
  readonly most: { unread: number; unsent: number } = { unread: 0, unsent: 0 };

  constructor(network: Network, clock: Clock, tamper: Tamper = () => {}) {
    this.name = network.name;
    this.#network = network;
    this.#tamper = tamper;
    this.clock = new CountedClock(clock);
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  async connect(options: ConnectOptions): Promise<Connection> {
    this.#check();
    return this.#keep(await this.#network.connect(options));
  }

  async listen(options: ListenOptions): Promise<Listener> {
    this.#check();
    const inner = await this.#network.listen(options);
    const listener: Listener = {
      endpoint: inner.endpoint,
      accept: async (how) => this.#keep(await inner.accept(how)),
      [Symbol.asyncDispose]: async () => {
        await inner[Symbol.asyncDispose]();
        this.#listeners.delete(listener);
      },
    };
    this.#listeners.add(listener);
    if (this.#isDead) await listener[Symbol.asyncDispose]();
    return listener;
  }

  /** The system closes everything that it had: an end, or a reset where bytes were not read. */
  kill(): void {
    this.#isDead = true;
    for (const { stream } of this.#connections) stream.destroy();
    for (const listener of this.#listeners) void listener[Symbol.asyncDispose]();
  }

  /** Looks how many bytes wait in streams. */
  sample(): void {
    for (const { stream } of this.#connections) {
      this.most.unread = Math.max(this.most.unread, stream.readableLength);
      this.most.unsent = Math.max(this.most.unsent, stream.writableLength);
    }
  }

  /** Connections, listeners, timers. */
  left(): string[] {
    return [
      ...Array.from(this.#connections, ({ remote }) => `connection with ${formatEndpoint(remote)}`),
      ...Array.from(this.#listeners, ({ endpoint }) => `listener ${formatEndpoint(endpoint)}`),
      ...(this.clock.waiting > 0 ? [`${this.clock.waiting} timers`] : []),
    ];
  }

  #check(): void {
    if (this.#isDead) throw new SallyportError("CLOSED", "this program was killed");
  }

  #keep(connection: Connection): Connection {
    this.#tamper(connection);
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
    if (this.#isDead) connection.stream.destroy();
    return connection;
  }
}

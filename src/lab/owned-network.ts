// The network of one program on a stage: it knows what the program has open, and can take it all away at once.
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../platform/network.ts";

export class OwnedNetwork implements Network {
  readonly name: string;
  readonly #network: Network;
  readonly #connections: Set<Connection> = new Set();
  readonly #listeners: Set<Listener> = new Set();
  readonly #end: AbortController = new AbortController();

  constructor(network: Network) {
    this.name = network.name;
    this.#network = network;
  }

  async connect(options: ConnectOptions): Promise<Connection> {
    const signal = AbortSignal.any([options.signal, this.#end.signal]);
    return this.#keep(await this.#network.connect({ ...options, signal }));
  }

  async listen(options: ListenOptions): Promise<Listener> {
    const listener = await this.#network.listen(options);
    this.#listeners.add(listener);
    return {
      endpoint: listener.endpoint,
      accept: async (how) => this.#keep(await listener.accept(how)),
      [Symbol.asyncDispose]: async () => {
        this.#listeners.delete(listener);
        await listener[Symbol.asyncDispose]();
      },
    };
  }

  /** It sends and receives nothing any more. */
  get isGone(): boolean {
    return this.#end.signal.aborted;
  }

  /** As when a program is killed: its system closes the sockets, in order or with a reset where bytes were not read. */
  async die(): Promise<void> {
    this.#end.abort(new Error("the program is gone"));
    for (const connection of this.#connections) connection.stream.destroy();
    await Promise.all(Array.from(this.#listeners, (listener) => listener[Symbol.asyncDispose]()));
  }

  #keep(connection: Connection): Connection {
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
    return connection;
  }
}

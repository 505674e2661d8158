// Which ports are the FTP server's own: the control ports, and the data ports while they wait for a connection.
import type { Endpoint } from "../../platform/endpoint.ts";
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../../platform/network.ts";
import { isLoopback, isUnspecified, sameHost } from "../../protocol/ip-address.ts";

/** A network that knows what is listened on in it. */
export class OwnListeners implements Network {
  readonly name: string;
  readonly #network: Network;
  readonly #open: Set<Endpoint> = new Set();

  constructor(network: Network) {
    this.name = network.name;
    this.#network = network;
  }

  connect(options: ConnectOptions): Promise<Connection> {
    return this.#network.connect(options);
  }

  async listen(options: ListenOptions): Promise<Listener> {
    const listener = await this.#network.listen(options);
    const { endpoint } = listener;
    this.#open.add(endpoint);
    return {
      endpoint,
      accept: (how) => listener.accept(how),
      [Symbol.asyncDispose]: async () => {
        this.#open.delete(endpoint);
        await listener[Symbol.asyncDispose]();
      },
    };
  }

  /** A connection to it arrives here. Names are not looked up: `localhost` is the only one. */
  has({ host, port }: Endpoint): boolean {
    return [...this.#open].some((own) => own.port === port && isReached(own.host, host));
  }
}

function isReached(own: string, asked: string): boolean {
  if (sameHost(own, asked)) return true;
  return isLoopback(asked) && (isLoopback(own) || isUnspecified(own));
}

// The network of one session of a server of the old kind: data sockets are bound to the address at which the client reached
// the server, and whoever comes for data is compared with the control connection's peer.
import { formatEndpoint } from "../../platform/endpoint.ts";
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../../platform/network.ts";
import { SallyportError } from "../../protocol/error.ts";
import { plainHost, sameHost } from "../../protocol/ip-address.ts";

export class ClassicNetwork implements Network {
  readonly name: string;
  readonly #network: Network;
  readonly #control: Connection;
  readonly #compares: boolean;

  constructor(network: Network, control: Connection, compares: boolean) {
    this.name = network.name;
    this.#network = network;
    this.#control = control;
    this.#compares = compares;
  }

  /** RFC 959 section 3.2: from the port beside the control connection's, and so from its address. */
  connect(options: ConnectOptions): Promise<Connection> {
    return this.#network.connect({ ...options, localAddress: plainHost(this.#control.local.host) });
  }

  async listen(options: ListenOptions): Promise<Listener> {
    const listener = await this.#network.listen(options);
    return this.#compares ? new ComparingListener(listener, this.#control.remote.host) : listener;
  }
}

/** As vsftpd does it: the first who comes decides, and a stranger ends the transfer with 425. */
class ComparingListener implements Listener {
  readonly endpoint: Listener["endpoint"];
  readonly #listener: Listener;
  readonly #peer: string;

  constructor(listener: Listener, peer: string) {
    this.endpoint = listener.endpoint;
    this.#listener = listener;
    this.#peer = peer;
  }

  async accept(options: { readonly signal: AbortSignal }): Promise<Connection> {
    const connection = await this.#listener.accept(options);
    const { remote } = connection;
    if (sameHost(remote.host, this.#peer)) return connection;
    connection.reset();
    const words = `Bad IP connecting: ${formatEndpoint(remote)}, and control comes from ${plainHost(this.#peer)}`;
    throw new SallyportError("NET_REFUSED", words, { details: { phase: "accept" } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener[Symbol.asyncDispose]();
  }
}

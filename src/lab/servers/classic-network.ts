// The network of one session of a server of the old kind: data sockets are bound to the address at which the client reached
// the server, and whoever comes for data is compared with the control connection's peer.
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../../platform/network.ts";
import { SallyportError } from "../../protocol/error.ts";
import { type HostPort, parseEprt, parsePort } from "../../protocol/host-port.ts";
import { plainHost, sameHost } from "../../protocol/ip-address.ts";
import type { FtpServerPlan } from "../stage.ts";

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

  async accept(options: { readonly signal?: AbortSignal }): Promise<Connection> {
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

// Commands that a server of the old kind refuses by itself: the words are those of vsftpd 3.0.3.
const transfers: ReadonlySet<string> = new Set(["RETR", "STOR", "APPE", "STOU", "LIST", "NLST", "MLSD"]);
const arrangements: ReadonlySet<string> = new Set(["PORT", "EPRT", "PASV", "EPSV"]);

/** Of one session. */
export class ClassicQuirks {
  readonly #plan: FtpServerPlan;
  readonly #client: Endpoint;
  #isArranged = false;

  constructor(plan: FtpServerPlan, client: Endpoint) {
    this.#plan = plan;
    this.#client = client;
  }

  /** The reply to a command that the engine is not to see. */
  judge(line: string): string | undefined {
    const [, verb = "", argument = ""] = /^([A-Za-z]+) ?(.*)$/.exec(line) ?? [];
    const command = verb.toUpperCase();
    if (this.#plan.demandsTls === true && command === "USER") {
      return "530 Non-anonymous sessions must use encryption.";
    }
    if (arrangements.has(command)) return this.#arrange(command, argument);
    if (!transfers.has(command)) return undefined;
    const wasArranged = this.#isArranged;
    this.#isArranged = false;
    return wasArranged || this.#plan.defaultPorts === true ? undefined : "425 Use PORT or PASV first.";
  }

  #arrange(command: string, argument: string): string | undefined {
    const named =
      command === "PORT" ? read(parsePort, argument) : command === "EPRT" ? read(parseEprt, argument) : "any";
    const isOwn = named === "any" || (named !== undefined && sameHost(named.host, plainHost(this.#client.host)));
    this.#isArranged = isOwn || this.#plan.comparesAddresses === false;
    return this.#isArranged ? undefined : `500 Illegal ${command} command.`;
  }
}

function read(parse: (argument: string) => HostPort, argument: string): HostPort | undefined {
  try {
    return parse(argument);
  } catch {
    return undefined;
  }
}

// sshd on a simulated host: for each client the session of our own SSH server, so its forwarding rules are the real ones.

import type { Connection, Listener, Network } from "../../platform/network.ts";
import { SallyportError } from "../../protocol/error.ts";
import { ClientSession } from "../../ssh/embedded/server/client-session.ts";
import { makeContext, type ServerContext } from "../../ssh/embedded/server/context.ts";
import type { SshServerOptions } from "../../ssh/embedded/server/options.ts";
import type { Host } from "../host/host.ts";
import { ClearConnection } from "./clear-connection.ts";

/** As in sshd_config(5). Every port is permitted unless set otherwise; GatewayPorts is `no`. */
export type SimulatedSshdOptions = Partial<
  Pick<SshServerOptions, "permitOpen" | "permitListen" | "gatewayPorts" | "sharesPorts" | "files">
> & {
  readonly port?: number;
  /** The host's network as the program has it. Default: `host.network()`. */
  readonly network?: Network;
};

const anywhere = ["*:*"];
const user = { name: "user" };

export class SimulatedSshd implements AsyncDisposable {
  readonly #context: ServerContext;
  readonly #listener: Listener;
  readonly #stop: AbortController = new AbortController();
  readonly #clients: Map<Connection, ClientSession> = new Map();
  readonly #accepting: Promise<void>;

  private constructor(listener: Listener, context: ServerContext) {
    this.#listener = listener;
    this.#context = context;
    this.#accepting = this.#acceptAll();
  }

  /** Listens on every address of the host. Throws `NET_*`. */
  static async start(host: Host, options: SimulatedSshdOptions = {}): Promise<SimulatedSshd> {
    const { port = 22, network = host.network(), ...rules } = options;
    const listener = await network.listen({
      host: "",
      ports: { first: port, last: port },
      signal: new AbortController().signal,
    });
    const { clock, random } = host.simulation;
    const defaults = { permitOpen: anywhere, permitListen: anywhere };
    const unused = { hostKeys: [], authenticate: async () => undefined };
    const context = makeContext({ ...unused, network, clock, random, ...defaults, ...rules } as SshServerOptions);
    return new SimulatedSshd(listener, context);
  }

  /** Connections and listeners that clients have open, for a leak check. */
  get open(): readonly string[] {
    return [...this.#clients.values()].flatMap((session) => session.open);
  }

  /** The machine goes away: every client's connection is reset. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new SallyportError("CLOSED", "sshd has ended"));
    for (const client of this.#clients.keys()) client.reset();
    await this.#listener[Symbol.asyncDispose]();
    await this.#accepting;
  }

  async #acceptAll(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const client = await this.#listener.accept({ signal }).catch(() => undefined);
      if (client === undefined) return;
      this.#serve(client);
    }
  }

  #serve(client: Connection): void {
    const end = new AbortController();
    const { channels } = new ClearConnection({
      stream: client.stream,
      role: "server",
      onOpen: (request, answer) => session.onOpen(request, answer),
      onGlobal: async (name, host, port) => {
        if (name === "tcpip-forward") return session.listen(host, port);
        return (await session.unlisten(host, port)) ? port : undefined;
      },
    });
    const session = new ClientSession({
      context: this.#context,
      user,
      client: client.remote,
      channels,
      isDoneWithSessions: () => false,
      signal: end.signal,
    });
    this.#clients.set(client, session);
    void client.closed.then(() => {
      const error = new SallyportError("SSH_DISCONNECTED", "the SSH client is gone");
      this.#clients.delete(client);
      end.abort(error);
      void session.lose(error);
    });
  }
}

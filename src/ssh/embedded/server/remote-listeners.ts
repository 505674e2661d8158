// tcpip-forward: the listeners that one client has asked for, and the connections that arrive there (RFC 4254 section 7).
import { type Endpoint, formatEndpoint } from "../../../platform/endpoint.ts";
import type { Connection, Listener, Network } from "../../../platform/network.ts";
import { isSallyportError, SallyportError } from "../../../protocol/error.ts";
import { isUnspecified, sameHost } from "../../../protocol/ip-address.ts";
import { limits } from "../../../protocol/limits.ts";
import { bindAddresses, type GatewayPorts } from "./permission.ts";

export interface RemoteListenersParts {
  readonly network: Network;
  readonly gatewayPorts: GatewayPorts;
  /** A connection to the listener that was asked for as `host`, at `port`. */
  readonly onConnection: (connection: Connection, host: string, port: number) => Promise<void>;
}

interface Entry {
  /** As the client spelled it. */
  readonly asked: Endpoint;
  readonly listeners: readonly Listener[];
  readonly accepting: Promise<void>;
}

export class RemoteListeners {
  readonly #parts: RemoteListenersParts;
  /** By what was asked for, with the port that came of it. */
  readonly #entries: Map<string, Entry> = new Map();
  readonly #end: AbortController = new AbortController();
  #starting = 0;

  constructor(parts: RemoteListenersParts) {
    this.#parts = parts;
  }

  /** `host:port` of every listener, for a leak check. */
  get open(): readonly string[] {
    return [...this.#entries.values()].flatMap(({ asked, listeners }) =>
      listeners.length === 0 ? [formatEndpoint(asked)] : listeners.map((each) => formatEndpoint(each.endpoint)),
    );
  }

  /** The listener at which a connection from this very process to `to` arrives, as the client spelled it. */
  find(to: Endpoint): Endpoint | undefined {
    const { gatewayPorts } = this.#parts;
    const entries = [...this.#entries.values()].filter(({ asked }) => asked.port === to.port);
    return entries.find(({ asked }) => bindAddresses(asked.host, gatewayPorts).some((own) => covers(own, to.host)))
      ?.asked;
  }

  /** Returns the port. Throws `NET_*`, or `NET_FAILED` when there are too many. `here`: for this very process alone. */
  async listen(host: string, port: number, here = false): Promise<number> {
    if (this.#entries.size + this.#starting >= limits.sshServerListenersMax) throw tooMany();
    if (this.#entries.has(keyOf(host, port))) throw twice({ host, port });
    this.#starting += 1;
    try {
      const listeners = here ? [] : await this.#bind(host, port);
      const bound = listeners[0]?.endpoint.port ?? port;
      const asked = { host, port: bound };
      this.#entries.set(keyOf(host, bound), { asked, listeners, accepting: this.#acceptAll(listeners, host, bound) });
      return bound;
    } finally {
      this.#starting -= 1;
    }
  }

  /** False when there is no such listener. */
  async cancel(host: string, port: number): Promise<boolean> {
    const key = keyOf(host, port);
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#entries.delete(key);
    await close(entry);
    return true;
  }

  async closeAll(): Promise<void> {
    this.#end.abort(new SallyportError("CLOSED", "the SSH connection is closed"));
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(entries.map(close));
  }

  /** On what GatewayPorts makes of the host. A machine may lack one kind of address. */
  async #bind(host: string, port: number): Promise<Listener[]> {
    const { network, gatewayPorts } = this.#parts;
    const { signal } = this.#end;
    const listeners: Listener[] = [];
    let failure: unknown;
    for (const address of bindAddresses(host, gatewayPorts)) {
      const first = listeners[0]?.endpoint.port ?? port;
      try {
        listeners.push(await network.listen({ host: address, ports: { first, last: first }, signal }));
      } catch (error) {
        failure ??= error;
        if (listeners.length === 0 && !lacksAddress(error)) break;
      }
    }
    if (signal.aborted) await Promise.all(listeners.map((each) => each[Symbol.asyncDispose]()));
    signal.throwIfAborted();
    if (listeners.length === 0) throw failure;
    return listeners;
  }

  async #acceptAll(listeners: readonly Listener[], host: string, port: number): Promise<void> {
    await Promise.all(listeners.map((listener) => this.#accept(listener, host, port)));
  }

  async #accept(listener: Listener, host: string, port: number): Promise<void> {
    for (;;) {
      try {
        const connection = await listener.accept({ signal: this.#end.signal });
        void this.#parts.onConnection(connection, host, port);
      } catch (error) {
        if (isSallyportError(error)) return;
        throw error;
      }
    }
  }
}

async function close({ listeners, accepting }: Entry): Promise<void> {
  await Promise.all(listeners.map((listener) => listener[Symbol.asyncDispose]()));
  await accepting;
}

/** As the client spells it, when it asks and when it cancels. */
function keyOf(host: string, port: number): string {
  return `${port} ${host}`;
}

function covers(own: string, asked: string): boolean {
  return own === "" || isUnspecified(own) || sameHost(own, asked);
}

function twice(asked: Endpoint): SallyportError {
  const local = formatEndpoint(asked);
  return new SallyportError("NET_ADDRESS_IN_USE", `${local} is listened on already`, { details: { local } });
}

function lacksAddress(error: unknown): boolean {
  return isSallyportError(error) && error.code === "NET_ADDRESS_UNAVAILABLE";
}

function tooMany(): SallyportError {
  return new SallyportError("NET_FAILED", `${limits.sshServerListenersMax} listeners of one SSH connection, the limit`);
}

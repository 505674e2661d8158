// The data connection of a session: what PORT, PASV and their kin have arranged, and how it is then opened. At most one is
// expected at any time.
import { openActiveEnd } from "../data-connection/active-end.ts";
import { openPassiveEnd, type PassiveEnd } from "../data-connection/passive-end.ts";
import { withDeadline } from "../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection, Network } from "../platform/network.ts";
import { cidrContains } from "../protocol/cidr.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import { atClient, type HostPort } from "../protocol/host-port.ts";
import { ipFamily, isLoopback, plainHost, sameHost } from "../protocol/ip-address.ts";
import { limits } from "../protocol/limits.ts";
import { choosePassiveAddress } from "../protocol/passive-address.ts";
import type { SessionContext } from "./session.ts";
import { TimeWaits } from "./time-waits.ts";

type Arranged =
  | { readonly how: "passive"; readonly end: PassiveEnd }
  | { readonly how: "active"; readonly to: HostPort };

export class DataEnds {
  readonly #context: SessionContext;
  readonly #control: () => Connection;
  readonly #timeWaits: TimeWaits;
  /** Nothing: the client's default data port, which is its control port (RFC 959 section 3.2). */
  #arranged: Arranged | undefined;
  #opening = false;

  constructor(context: SessionContext, control: () => Connection) {
    this.#context = context;
    this.#control = control;
    this.#timeWaits = new TimeWaits(context.environment.clock);
  }

  /** Listens; gives the address to tell the client (S13). */
  async listen(signal: AbortSignal): Promise<HostPort> {
    const { policy } = this.#context;
    await this.forget();
    const control = this.#control();
    const host = await this.#toldAddress(control);
    const end = await openPassiveEnd({
      network: this.#network,
      host: plainHost(control.local.host),
      ports: policy.passivePorts,
      isExpectedPeer: (remote) => this.#isExpected(remote),
      onRejectedPeer: (remote, count) =>
        this.#emit({ type: "data.rejected-peer", side: "downstream", remote: formatEndpoint(remote), count }),
      signal,
    });
    this.#arranged = { how: "passive", end };
    this.#emit({ type: "data.listen", side: "downstream", endpoint: formatEndpoint(end.endpoint) });
    return { host, port: end.endpoint.port };
  }

  /** A PORT; what was arranged before is void even when this one is refused. Throws `FTP_PROTOCOL_REMOTE`. */
  async connectTo(asked: HostPort): Promise<void> {
    await this.forget();
    const to = atClient(asked, this.#client());
    const { policy } = this.#context;
    const refused = (why: string): SallyportError =>
      new SallyportError("FTP_PROTOCOL_REMOTE", why, { details: { reply: 501 } });
    if (!policy.active) throw refused("this server makes no data connections; use PASV or EPSV");
    // RFC 2577 section 3: services live below, and a server must not be sent to them.
    if (to.port < 1024) throw refused(`port ${to.port} is below 1024, and no client listens there (RFC 2577)`);
    const carrier = this.#context.carrier;
    if (carrier !== undefined && !carrier.listensOn(to)) {
      // This machine's own services would be reached from here, and other users' data ports.
      throw refused(`your SSH connection does not listen on ${formatEndpoint(to)}; use PASV or EPSV, or ssh -R`);
    }
    if (carrier === undefined && !this.#isExpected(to))
      throw refused(`${to.host} is not your address ${this.#client()} (RFC 2577)`);
    this.#arranged = { how: "active", to };
  }

  /** What was arranged is void; a port is given back. */
  async forget(): Promise<void> {
    const arranged = this.#arranged;
    this.#arranged = undefined;
    if (arranged?.how === "passive") await arranged.end[Symbol.asyncDispose]();
  }

  /** The connection, which is the caller's. Each arrangement is good for one. Throws what explains a 425. */
  async open(signal: AbortSignal): Promise<Connection> {
    const arranged = this.#arranged;
    if (this.#opening) throw new SallyportError("INTERNAL", "two data connections at the same time");
    this.#opening = true;
    try {
      const connection = await (arranged?.how === "passive"
        ? this.#accept(arranged.end, signal)
        : this.#connect(arranged?.to, signal));
      this.#emit({
        type: "data.open",
        side: "downstream",
        how: arranged?.how ?? "default-port",
        local: formatEndpoint(connection.local),
        remote: formatEndpoint(connection.remote),
      });
      return connection;
    } finally {
      this.#opening = false;
      await this.forget();
    }
  }

  async #accept(end: PassiveEnd, signal: AbortSignal): Promise<Connection> {
    const late = (): SallyportError =>
      new SallyportError(
        "NET_TIMEOUT",
        `you did not connect to port ${end.endpoint.port} within ${limits.dataConnectMs / 1000} s; a firewall between us?`,
      );
    const deadline = withDeadline(this.#context.environment.clock, limits.dataConnectMs, signal, late);
    try {
      return await end.accept({ signal: deadline.signal });
    } finally {
      deadline.release();
    }
  }

  async #connect(to: HostPort | undefined, signal: AbortSignal): Promise<Connection> {
    const { policy, environment } = this.#context;
    if (!policy.active) {
      throw new SallyportError("NET_UNSUPPORTED", "this server makes none itself", {
        hint: "Send PASV or EPSV first.",
      });
    }
    const control = this.#control();
    const target = to ?? { host: this.#client(), port: control.remote.port };
    const localPort = policy.activePort ?? control.local.port - 1;
    const localAddress = sameHost(target.host, this.#client()) ? plainHost(control.local.host) : undefined;
    const common = {
      network: this.#network,
      ...target,
      ...definedProps({ localAddress }),
      timeoutMs: limits.dataConnectMs,
      clock: environment.clock,
      signal,
    };
    const connecting = policy.activePortOnly
      ? this.#timeWaits.connect({ ...common, localPort })
      : openActiveEnd({ ...common, preferredLocalPort: localPort });
    const connection = await connecting;
    this.#timeWaits.watch(connection);
    return connection;
  }

  /** RFC 2577 sections 3 and 8: the client itself, or whom the operator lets in for third-party transfers. */
  #isExpected(remote: Endpoint): boolean {
    const client = this.#client();
    const { allowThirdParty } = this.#context.policy;
    if (sameHost(remote.host, client) || allowThirdParty.some((network) => cidrContains(network, remote.host)))
      return true;
    return isLoopback(client) && isLoopback(remote.host);
  }

  async #toldAddress(control: Connection): Promise<string> {
    const { policy, environment } = this.#context;
    const own = plainHost(control.local.host);
    const chosen = choosePassiveAddress(policy.passiveAddresses, this.#client());
    if (chosen === undefined) return own;
    return ipFamily(chosen) === undefined ? environment.resolve(chosen) : chosen;
  }

  get #network(): Network {
    const { carrier, environment } = this.#context;
    return carrier?.network ?? environment.network;
  }

  #client(): string {
    return plainHost(this.#control().remote.host);
  }

  #emit(event: Parameters<SessionContext["environment"]["emit"]>[1]): void {
    this.#context.environment.emit(this.#context.id, event);
  }
}

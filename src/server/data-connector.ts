// The data connection of a session: what PORT, PASV and their kin have arranged, and how it is then opened. At most one is
// expected at any time.
import type { ClientIdentity } from "../admission/client-identity.ts";
import { dialActive } from "../data-connection/dial-active.ts";
import { type Over, openPassiveListener, type PassiveListener } from "../data-connection/passive-listener.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection, Network } from "../platform/network.ts";
import type { Soon } from "../platform/soon.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import { isClient, judgeTarget, type TargetVerdict } from "../protocol/data-peers.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import type { HostPort } from "../protocol/host-port.ts";
import { ipFamily, plainHost, sameHost } from "../protocol/ip-address.ts";
import { limits } from "../protocol/limits.ts";
import { choosePassiveAddress } from "../protocol/passive-reply.ts";
import { type SessionContext, traces } from "./environment.ts";
import { TimeWaits } from "./time-waits.ts";

type Arranged =
  | { readonly how: "passive"; readonly listener: PassiveListener }
  | { readonly how: "active"; readonly to: HostPort };

/** The data connection's part of the server DTP (RFC 959 section 2.3): arranged by a command, opened by a transfer. */
export class DataConnector {
  readonly #context: SessionContext;
  readonly #control: () => Connection;
  readonly #identity: ClientIdentity;
  readonly #timeWaits: TimeWaits;
  readonly #tracesOpening: boolean;
  readonly #tracesListening: boolean;
  /** Nothing: the client's default data port, which is its control port (RFC 959 section 3.2). */
  #arranged: Arranged | undefined;
  #opening = false;
  /** Where the client has reached us, and its family. */
  readonly #here: string;
  readonly family: 4 | 6;

  constructor(context: SessionContext, control: () => Connection, identity: ClientIdentity) {
    this.#context = context;
    this.#control = control;
    this.#identity = identity;
    this.#timeWaits = new TimeWaits(context.environment.clock);
    this.#here = plainHost(control().local.host);
    this.family = ipFamily(this.#here) ?? 4;
    this.#tracesOpening = traces(context.environment, "data.open");
    this.#tracesListening = traces(context.environment, "data.listen");
  }

  /** Listens; gives the address for the reply to PASV (S13). */
  async listen(signal: AbortSignal): Promise<HostPort> {
    const { policy } = this.#context;
    const forgotten = this.forget();
    if (forgotten instanceof Promise) await forgotten;
    const address = this.#passiveAddress();
    const host = address instanceof Promise ? await address : address;
    const listener = await openPassiveListener({
      network: this.#network,
      host: this.#here,
      ports: policy.passivePorts,
      isExpectedPeer: this.#isExpected,
      onRejectedPeer: this.#rejected,
      signal,
    });
    this.#arranged = { how: "passive", listener };
    if (this.#tracesListening)
      this.#emit({ type: "data.listen", side: "downstream", endpoint: formatEndpoint(listener.endpoint) });
    return { host, port: listener.endpoint.port };
  }

  /** The client's address. */
  get client(): string {
    return this.#identity.host;
  }

  /** May PORT name it? */
  readonly judge = (target: HostPort): TargetVerdict => {
    const { policy, carrier } = this.#context;
    const no = (why: string): TargetVerdict => ({ allowed: false, why });
    if (!policy.active) return no("this server makes no data connections; use PASV or EPSV");
    const { port } = this.#control().local;
    const verdict = judgeTarget(
      {
        client: this.#identity.host,
        here: { host: this.#here, port },
        ownAddresses: () => [],
        allowThirdParty: policy.allowThirdParty,
        isJoin: (to) => carrier?.listensOn(to) === true,
      },
      target,
    );
    // This machine's own services would be reached from here, and other users' data ports.
    return carrier === undefined || carrier.listensOn(target)
      ? verdict
      : no(`your SSH connection does not listen on ${formatEndpoint(target)}; use PASV or EPSV, or ssh -R`);
  };

  /** A PORT that was judged. */
  async connectTo(to: HostPort): Promise<void> {
    const forgotten = this.forget();
    if (forgotten instanceof Promise) await forgotten;
    this.#arranged = { how: "active", to };
  }

  /** What was arranged is void; a port is given back. */
  forget(): Soon<void> {
    const arranged = this.#arranged;
    this.#arranged = undefined;
    if (arranged?.how === "passive") return Promise.resolve(arranged.listener[Symbol.asyncDispose]());
  }

  /** The connection, which is the caller's, if it is there already. Each arrangement is good for one. */
  take(): Connection | undefined {
    const arranged = this.#arranged;
    const connection = arranged?.how === "passive" ? arranged.listener.take() : undefined;
    return connection && this.#opened(connection, arranged);
  }

  /** The same, once it is there. Throws what explains a 425. */
  async open(signal: AbortSignal): Promise<Connection> {
    const arranged = this.#arranged;
    if (this.#opening) throw new SallyportError("INTERNAL", "two data connections at the same time");
    this.#opening = true;
    try {
      const connecting =
        arranged?.how === "passive" ? this.#await(arranged.listener, signal) : this.#connect(arranged?.to, signal);
      return this.#opened(await connecting, arranged);
    } catch (error) {
      await this.forget();
      throw error;
    } finally {
      this.#opening = false;
    }
  }

  #opened(connection: Connection, arranged: Arranged | undefined): Connection {
    this.#arranged = undefined; // a listener closes with the connection that it has given
    if (this.#tracesOpening) {
      const how = arranged?.how ?? "default-port";
      const ends = { local: formatEndpoint(connection.local), remote: formatEndpoint(connection.remote) };
      this.#emit({ type: "data.open", side: "downstream", how, ...ends });
    }
    return connection;
  }

  async #await(listener: PassiveListener, signal: AbortSignal): Promise<Connection> {
    let isLate = false;
    const cancel = this.#context.environment.clock.after(limits.dataConnectMs, () => {
      isLate = true;
      void listener[Symbol.asyncDispose]();
    });
    try {
      return await listener.accept({ signal });
    } catch (error) {
      throw isLate ? tooLate(listener.endpoint.port) : error;
    } finally {
      cancel();
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
    const target = to ?? { host: this.#identity.host, port: control.remote.port };
    const localPort = policy.activePort ?? control.local.port - 1;
    const localAddress = sameHost(target.host, this.#identity.host) ? this.#here : undefined;
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
      : dialActive({ ...common, preferredLocalPort: localPort });
    const connection = await connecting;
    this.#timeWaits.watch(connection);
    if (!isClient(this.#identity.host, target.host, []) || (await this.#identity.isReachedAt(connection)))
      return connection;
    connection.reset();
    throw new SallyportError("NET_REFUSED", `port ${target.port} belongs to another user of this machine than you`);
  }

  readonly #isExpected = (remote: Endpoint, local: Endpoint, over: Over): Soon<boolean> => {
    const { host } = remote;
    if (!isClient(this.#identity.host, host, []))
      return isClient(this.#identity.host, host, this.#context.policy.allowThirdParty);
    return this.#identity.isSameUser({ remote, local }, () => this.#opening, over);
  };

  readonly #rejected = (remote: Endpoint, count: number): void =>
    this.#emit({ type: "data.rejected-peer", side: "downstream", remote: formatEndpoint(remote), count });

  #passiveAddress(): Soon<string> {
    const { policy, environment } = this.#context;
    const chosen = choosePassiveAddress(policy.passiveAddresses, this.#identity.host);
    if (chosen === undefined) return this.#here;
    return ipFamily(chosen) === undefined ? environment.resolve(chosen) : chosen;
  }

  get #network(): Network {
    const { carrier, environment } = this.#context;
    return carrier?.network ?? environment.network;
  }

  #emit(event: TraceEventBody): void {
    this.#context.environment.emit(this.#context.id, event);
  }
}

function tooLate(port: number): SallyportError {
  const seconds = limits.dataConnectMs / 1000;
  return new SallyportError(
    "NET_TIMEOUT",
    `you did not connect to port ${port} within ${seconds} s; a firewall between us?`,
  );
}

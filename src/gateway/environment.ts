// What the gateway is handed: two networks, time, and what the operator allows.
import type { MayEnter } from "../admission/acceptor.ts";
import type { OwnerOf } from "../admission/client-identity.ts";
import type { RemoteSockets } from "../data-connection/remote-sockets.ts";
import type { Clock } from "../platform/clock.ts";
import type { Endpoint } from "../platform/endpoint.ts";
import type { Connection, Network, PortRange } from "../platform/network.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import type { Cidr } from "../protocol/cidr.ts";
import type { DownstreamTlsMode, UpstreamMode, UpstreamTlsMode } from "../protocol/relay/messages.ts";

/** The network on the FTP server's side, as it is now. */
export interface Upstream {
  readonly network: Network;
  /** Aborts when this network goes away; the reason says why. */
  readonly signal: AbortSignal;
  /** Address of the SSH host that an FTP server on another host can reach. */
  readonly address: string | undefined;
  /** For mode `default-port`: which end of the SSH host's a connection has. */
  readonly remoteSockets: RemoteSockets;
  /** Its connections are known to carry data to us behind our own end-of-file; not all SSH servers do that. */
  readonly keepsHalfOpen?: boolean;
}

/** The TLS of one control connection to the FTP server, and of the data connections that resume its session. */
export interface UpstreamTls {
  /** Throws `NET_TLS` or the signal's reason; the plain connection is then reset. */
  secureControl(plain: Connection, signal: AbortSignal): Promise<Connection>;
  /** `whole`: its end must be TLS's own, or it is a break. */
  secureData(plain: Connection, signal: AbortSignal, whole: boolean): Promise<Connection>;
}

/** The TLS of one client: who resumes its control connection's session on a data connection was there on the control connection. */
export interface DownstreamTls {
  /**
   * Throws `NET_TLS` or the signal's reason; the plain connection is then reset. `upload`: the client only sends, and may close
   * without having read anything.
   */
  secure(plain: Connection, signal: AbortSignal, upload?: boolean): Promise<Connection>;
}

/** TLS from the client. */
export interface DownstreamTlsPolicy {
  readonly mode: Exclude<DownstreamTlsMode, "off">;
  /** No login and no data without it. */
  readonly required: boolean;
  readonly open: () => DownstreamTls;
}

/** TLS towards the FTP server. */
export interface UpstreamTlsPolicy {
  readonly mode: Exclude<UpstreamTlsMode, "off">;
  readonly open: () => UpstreamTls;
}

export interface GatewayOptions {
  /** The FTP server, as the upstream network resolves it. */
  readonly target: Endpoint;
  readonly upstreamMode: UpstreamMode;
  /** Range for the data listeners towards the client. */
  readonly passivePorts: PortRange;
  /** Addresses for 227, by the client's address (S13). */
  readonly passiveAddresses: readonly { readonly address: string; readonly cidr: Cidr }[];
  /** Networks that PORT may name beside the client's own address. */
  readonly allowThirdParty: readonly Cidr[];
  readonly sessionsMax: number;
  readonly keepaliveMs: number;
  /** Delete at the server what an aborted upload left there and the server takes for the whole file. */
  readonly removeAborted?: boolean;
  /** Absent: the client's AUTH is refused. */
  readonly downstreamTls?: DownstreamTlsPolicy;
  /** Absent: in the clear, whatever the server says. */
  readonly upstreamTls?: UpstreamTlsPolicy;
  /** Milliseconds that a session waits for a lost server, and is then made again as it was, its transfer too. The password is kept. */
  readonly surviveMs?: number;
  /** The same for a client without a transfer, where it is longer; without `surviveMs` for one that has not logged in. */
  readonly holdMs?: number;
}

export interface GatewayEnvironment {
  /** Where the clients come from. */
  readonly downstream: Network;
  readonly clock: Clock;
  /** Where the FTP server is; waits while it is being connected, and throws with the reason when it cannot be had. */
  readonly upstream: (signal: AbortSignal) => Promise<Upstream>;
  readonly emit: (session: number, event: TraceEventBody) => void;
  /** Whether anybody wants to see each command and reply. Default true. */
  readonly showsTransfers?: boolean;
  /** Addresses of this machine: a client on it may name any of them in PORT. */
  readonly ownAddresses: () => readonly string[];
  /** There every user can reach every data port, and addresses tell nothing. Absent: addresses alone decide. */
  readonly ownerOf?: OwnerOf;
  /** Absent: everybody who can connect. */
  readonly mayEnter?: MayEnter;
}

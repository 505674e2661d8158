// What the server engine is handed: a network, time, and what the operator decided.
import type { MayEnter } from "../admission/acceptor.ts";
import type { OwnerOf } from "../admission/client-identity.ts";
import type { LoginGuard } from "../admission/login-guard.ts";
import type { Clock } from "../platform/clock.ts";
import type { Endpoint } from "../platform/endpoint.ts";
import type { Connection, Network, PortRange } from "../platform/network.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import type { Turns } from "../platform/turns.ts";
import type { Cidr } from "../protocol/cidr.ts";
import type { Authenticate } from "./account.ts";
import type { LostUploads } from "./lost-uploads.ts";

/** A TLS connection on the server's side. */
interface SecureConnection extends Connection {
  /** The client resumed a TLS session that this very FTP session gave it. */
  readonly resumed: boolean;
}

/** TLS of one FTP session: tickets given on its control connection are good for its data connections and nowhere else. */
export interface TlsSession {
  /**
   * Handshake on a connection, which is ours no more whatever comes of it. `upload`: data that the client sends. Throws
   * `NET_TLS`, or the signal's reason.
   */
  secure(connection: Connection, signal: AbortSignal, upload?: boolean): Promise<SecureConnection>;
}

export interface TlsPolicy {
  readonly open: () => TlsSession;
  /** Nobody logs in without TLS, and data is encrypted too. */
  readonly required: boolean;
  /** Data connections must resume the control connection's TLS session. */
  readonly requireReuse: boolean;
}

/** What has carried a session here, where that was not this machine's network: an SSH connection of our own SSH server. */
export interface Carrier {
  /** Where its client is, which the guard against guessing and the log mean. */
  readonly client: Endpoint;
  /** Where the session's data connections are, and nothing else is. */
  readonly network: Network;
  /** Whether the client listens there: active mode goes nowhere else. */
  readonly listensOn: (to: Endpoint) => boolean;
}

interface PassiveAddressChoice {
  /** IPv4 address or host name. */
  readonly address: string;
  readonly cidr: Cidr;
}

export interface ServerPolicy {
  /** Text of the 220. */
  readonly greeting: string;
  readonly authenticate: Authenticate;
  readonly passivePorts: PortRange;
  readonly passiveAddresses: readonly PassiveAddressChoice[];
  /** PORT, EPRT and default data ports are served. */
  readonly active: boolean;
  /** Port that active data connections come from; absent: one less than the control port. */
  readonly activePort: number | undefined;
  /** Without that very port there is no connection; else any other is taken. */
  readonly activePortOnly: boolean;
  /** Networks that PORT may name, and data may come from, beside the client's own address. */
  readonly allowThirdParty: readonly Cidr[];
  readonly atomicUploads: boolean;
  /** The file of an upload is opened when its data connection stands, and not before. */
  readonly opensLate: boolean;
  /** What TYPE A does to files: `binary` is nothing. */
  readonly ascii: "convert" | "binary";
  readonly tls: TlsPolicy | undefined;
  readonly sessionsMax: number;
  readonly sessionsPerAddressMax: number;
  readonly idleMs: number;
  readonly loginMs: number;
  readonly dataStallMs: number;
}

export interface ServerEnvironment {
  readonly network: Network;
  readonly clock: Clock;
  /** Time of day, milliseconds since 1970. */
  readonly now: () => number;
  /** Letters that nobody can foresee, for names of files. */
  readonly randomName: () => string;
  /** IPv4 address of a host name. */
  readonly resolve: (host: string) => Promise<string>;
  readonly emit: (session: number, event: TraceEventBody) => void;
  /** Whether anybody wants such events: they are not put together for nobody. Absent: all are wanted. */
  readonly traces?: (type: TraceEventBody["type"]) => boolean;
  /** For the transfers of all sessions. Absent: however many in one turn. */
  readonly turns?: Turns;
  /** Of connections on `network`. Absent: addresses alone tell one client from another. */
  readonly ownerOf?: OwnerOf;
  /** At the listeners. Absent: everybody who can connect. */
  readonly mayEnter?: MayEnter;
}

/** Whether such an event is to be put together. */
export function traces({ traces }: ServerEnvironment, type: TraceEventBody["type"]): boolean {
  return traces?.(type) !== false;
}

/** What every session of one server is given. */
export interface SessionContext {
  readonly id: number;
  readonly policy: ServerPolicy;
  readonly environment: ServerEnvironment;
  readonly guard: LoginGuard;
  readonly lostUploads: LostUploads;
  /** Called when somebody has logged in; again is harmless. */
  readonly onLogin: () => void;
  readonly carrier: Carrier | undefined;
}

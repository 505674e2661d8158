// What an SSH server is made from, and what it gives back.

import type { MayEnter } from "../../../admission/acceptor.ts";
import type { LoginGuard } from "../../../admission/login-guard.ts";
import type { Clock } from "../../../platform/clock.ts";
import type { Endpoint } from "../../../platform/endpoint.ts";
import type { FileSystem } from "../../../platform/file-system.ts";
import type { Connection, Network } from "../../../platform/network.ts";
import type { Random } from "../../../platform/random.ts";
import type { TraceEventBody } from "../../../platform/trace.ts";

export type SshServerEvent = Extract<TraceEventBody, { readonly type: `ssh-server.${string}` | "client.refused" }>;

/** Somebody who is logged in. Handed back to the other hooks as it is. */
export interface SshUser {
  readonly name: string;
}

interface Attempt {
  /** As the client sent it. */
  readonly user: string;
  /** The client's address. */
  readonly address: string;
}

type SshLoginAttempt =
  | (Attempt & { readonly method: "password"; readonly password: string })
  /** May this key log in as this user? That the client has the key is not your business: its signature is verified here. */
  | (Attempt & {
      readonly method: "publickey";
      /** `ssh-ed25519`, `ssh-rsa`, `ecdsa-sha2-nistp256`, … */
      readonly keyType: string;
      /** As in the second field of authorized_keys, decoded. */
      readonly key: Uint8Array;
    });

/**
 * Judges a login: `undefined` refuses it. Asked twice for a key, before and with the signature. It must take as long for a
 * user that does not exist as for a wrong password. What it throws ends the connection.
 */
export type AuthenticateSsh = (attempt: SshLoginAttempt, signal: AbortSignal) => Promise<SshUser | undefined>;

/**
 * `host:port` as sshd's PermitOpen writes it, `*` for any host or any port, `[::1]:21` for IPv6; no addresses are looked up:
 * what a client may ask for is what is written. Or a function. Nothing is permitted that is not named.
 */
export type Permission = readonly string[] | ((target: Endpoint, user: SshUser) => boolean);

/** One client that is logged in. */
export interface SshClient {
  readonly user: SshUser;
  /** Where it is. */
  readonly endpoint: Endpoint;
  /** The client as a network: it reaches what the client listens on (tcpip-forward), and the client by direct-tcpip what listens in it. */
  readonly network: Network;
  /** Whether a connection in `network` to this endpoint would arrive at the client. */
  readonly listensOn: (to: Endpoint) => boolean;
}

/** Where a client's direct-tcpip leads: to a service of this process, which gets the connection, on from the network, or nowhere. */
export type Route =
  | { readonly how: "here"; readonly local: Endpoint; readonly serve: (connection: Connection) => void }
  | { readonly how: "network"; readonly target: Endpoint }
  | { readonly how: "refused" };

export interface SshServerOptions {
  /** The remote side: what direct-tcpip connects from and tcpip-forward listens on. */
  readonly network: Network;
  /** Where clients come from. Default: `network`. */
  readonly clientNetwork?: Network;
  /** Address of `clientNetwork` to listen on. Default `127.0.0.1`; `""` is every address. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Private keys (OpenSSH or PEM, not encrypted; Ed25519 or ECDSA), at most one of each type counts; the first is in `hostKey`. */
  readonly hostKeys: readonly string[];
  readonly authenticate: AuthenticateSsh;
  /** Offered to clients. Default both. */
  readonly methods?: readonly ("publickey" | "password")[];
  /** Where direct-tcpip may connect. Default: nowhere. `["*:*"]` is everywhere. */
  readonly permitOpen?: Permission;
  /** Instead of `permitOpen`: decides for each target, names looked up or not. What it throws refuses. */
  readonly route?: (target: Endpoint, client: SshClient) => Promise<Route>;
  /** What tcpip-forward may ask for; port 0 is `host:0`. Default: nothing. `["*:*"]` is everything that GatewayPorts allows. */
  readonly permitListen?: Permission;
  /** As in sshd_config(5): `no`, always loopback; `yes`, always every address; `clientspecified`. Default `no`. */
  readonly gatewayPorts?: "no" | "yes" | "clientspecified";
  /**
   * Connections to other hosts come from a port that a listener may share, so that a client may listen on the port which is
   * the end of its own connection. Stock sshd cannot do that; FTP's default data ports need it. Default false.
   */
  readonly sharesPorts?: boolean;
  /** What SFTP shows; without it, or with `undefined`, there is no SFTP for this user. */
  readonly files?: (user: SshUser) => FileSystem | undefined;
  /** Time of day in milliseconds since 1970, for SFTP's listings. Without it they show years instead of times of day. */
  readonly now?: () => number;
  /** Waits for those who guess passwords. Give the FTP server's, so that guesses count together. Default: a separate one. */
  readonly guard?: LoginGuard;
  /** Who may connect at all. Default: everybody. */
  readonly mayEnter?: MayEnter;
  readonly connectionsMax?: number;
  readonly connectionsPerAddressMax?: number;
  /** From the connection to the end of the log-in, in milliseconds. */
  readonly loginMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Closes the server when it is aborted. */
  readonly signal?: AbortSignal;
  readonly emit?: (event: SshServerEvent) => void;
}

/** Disposing it closes every connection; idempotent. */
export interface SshServer extends AsyncDisposable {
  /** Address to connect to: the one listened on, or a loopback address where that is every address. */
  readonly host: string;
  readonly port: number;
  /** The first host key as in known_hosts: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** `SHA256:…` of the first host key, as ssh asks about it. */
  readonly hostKeyFingerprint: string;
  /** A line for known_hosts with every host key, for `host` and `port`. Ends with a newline. */
  readonly knownHosts: string;
  /** What is open now, for a leak check: `client 127.0.0.1:40000`, `127.0.0.1:21`. */
  readonly open: readonly string[];
  /** Settles when nothing of the server is left. Never rejects. */
  readonly closed: Promise<void>;
}

// What a tunnel is made from, and what it gives back: the library's public face.
import type { TlsTrust } from "../network/tls-client.ts";
import type { PortRange } from "../platform/network.ts";
import type { Trace } from "../platform/trace.ts";
import type { SallyportError } from "../protocol/error.ts";
import type { SshHostOptions } from "../ssh/ssh-connection.ts";

/** One `-L [bind:]port:host:hostport`. */
export interface Forward {
  /** Address to listen on. Default `localhost`: 127.0.0.1 and, where the machine has it, ::1; `*` or `""` means every address and needs `gatewayPorts`. */
  readonly bind?: string;
  /** Port to listen on; 0 picks a free one. */
  readonly port: number;
  /**
   * Path of a Unix-domain socket to listen on in place of `bind` and `port`. Its mode is 0600, so it is yours alone; data connections are
   * at 127.0.0.1. `StreamLocalBindUnlink=yes` in `ssh.options` removes one that is there.
   */
  readonly socket?: string;
  /** The FTP server's host as the SSH server resolves it. */
  readonly host: string;
  /** Its port. */
  readonly hostPort: number;
  /** TLS from the client's first byte, as on port 990. Needs `tls`. Default false: AUTH TLS, where the client asks for it. */
  readonly implicitTls?: boolean;
}

/** Which way the data connections on the FTP server's side are opened. */
export type BackMode = "auto" | "passive" | "active" | "default-port";

/** An address that clients from a network get in replies to PASV. */
export interface PassiveAddress {
  /** IPv4 address named in 227 to clients whose address lies in `cidr`. */
  readonly address: string;
  /** `0.0.0.0/0`, `10.0.0.0/8`, …; the most specific one that contains the client wins. */
  readonly cidr: string;
}

/** TLS from the FTP client (RFC 4217); independent of TLS towards the server. */
export interface TunnelTls {
  /** PEM: the certificate and what is between it and a root. */
  readonly certificate: string | Uint8Array;
  /** PEM: its private key, not encrypted. */
  readonly key: string | Uint8Array;
  /** No login and no data of the client without TLS. Default false. */
  readonly required?: boolean;
}

/** TLS towards the FTP server (RFC 4217), and how its certificate is judged. */
export interface TunnelServerTls extends TlsTrust {
  /**
   * `auto`: AUTH TLS where the server refuses to do without, and TLS from the first byte on port 990. `require`: AUTH TLS, and
   * no login without it. `implicit`: TLS from the first byte. `off`: never. Default `auto`. Data connections are inside TLS
   * where the control connection is.
   */
  readonly mode?: "off" | "auto" | "require" | "implicit";
}

/** What {@link openTunnel} listens on, and which SSH host it goes through. */
export interface TunnelOptions extends SshHostOptions {
  /** Default: one, port 2121 of this machine to `localhost:21`. */
  readonly forwards?: readonly Forward[];
  /** ssh's -g. Required for any bind address but loopback; opens control and data listeners to that network. Default false. */
  readonly gatewayPorts?: boolean;
  /** Default `auto`: EPSV, else PASV, else active. */
  readonly back?: BackMode;
  /** Address of the SSH host that the FTP server can reach, for `active` with an FTP server on another host. Default: the SSH server's address as seen from here. */
  readonly backAddress?: string;
  /** Lets clients use TLS up to the tunnel. Default none: AUTH is refused. */
  readonly tls?: TunnelTls;
  /** TLS towards the FTP server. Default: `auto`, with the certificate checked for the forward's host. */
  readonly serverTls?: TunnelServerTls;
  /** Ports for the data listeners towards the client. Default: any free port. */
  readonly passivePorts?: PortRange;
  /** Addresses for replies to PASV, by the client's network. Default: the one that the client itself reached. */
  readonly passiveAddresses?: readonly PassiveAddress[];
  /** Networks that PORT and EPRT may name beside the client's own address (RFC 2577). Default none. */
  readonly allowThirdParty?: readonly string[];
  /**
   * Drop data connections of other users of this machine than the control connection's, and of root's: on loopback addresses tell nothing.
   * Linux only, elsewhere it changes nothing. Default true. Each then costs a look for one row of /proc/net/tcp, beside what the
   * transfer waits for anyway: some 6 ms of processor time with 3,000 sockets, 30 ms with 23,000.
   */
  readonly checkUser?: boolean;
  /**
   * The users of this machine, by name or number, who alone may connect to the forwards: nobody from elsewhere then may, and root only when
   * named. Linux only; elsewhere CONFIG_INVALID. Default: everybody.
   */
  readonly allowUsers?: readonly string[];
  /**
   * Look once whether the SSH host may connect to the FTP servers, and whether they greet as such. `wait`: before the tunnel is
   * ready; the first that is wrong is thrown, others are trace events. `report`: meanwhile; what is wrong is a trace event (`target.unfit`, `ssh.channel.refused`).
   * Default: the first client finds out.
   */
  readonly check?: "wait" | "report";
  /** Concurrent control connections of the whole tunnel. Default 1000. */
  readonly sessionsMax?: number;
  /** Milliseconds between NOOPs towards the server during a transfer. Default 60000; 0 turns them off. */
  readonly keepaliveMs?: number;
  /**
   * Delete at the FTP server what an aborted upload left there, where the server takes the part for the whole file
   * (vsftpd, ProFTPD). Only after STOR without REST, so that nothing is lost that stood there before it. Default false.
   */
  readonly removeAborted?: boolean;
  /**
   * Milliseconds that a session waits when SSH or the FTP server's control connection is lost. Both are made again, the login and
   * what was set are repeated, and the transfer is resumed with REST; the client sees a pause. What cannot be resumed for certain ends with
   * a reset and 426, or with 421. Passwords are kept in memory as long as their sessions. Default 0: a lost connection ends its sessions.
   */
  readonly surviveMs?: number;
  /**
   * Milliseconds that clients are kept waiting while the SSH connection is down: who connects then, who is connected and has
   * not logged in, and with `surviveMs` who is idle. Default 15000 for who connects, and none for the others.
   */
  readonly holdMs?: number;
  /** Aborting it closes the tunnel at once; before it is ready, openTunnel rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Receives every trace event. */
  readonly trace?: Trace;
  /**
   * False: of a session's dialogue only what comes before its first transfer and what the tunnel itself refuses, and of a data connection only that it
   * was opened. A small file then costs a sixth less. Default true.
   */
  readonly traceTransfers?: boolean;
}

/** A forward that is listening. */
export interface OpenForward {
  /** `ftp://127.0.0.1:2001`, with `ftps:` for implicit TLS; the path, for a Unix socket. */
  readonly url: string;
  /** The Unix socket's path, where it is one; `port` is 0 then. */
  readonly socket?: string;
  /** The address to connect to: `bind`, or a loopback address where `bind` is several addresses. */
  readonly host: string;
  /** The port, also where 0 was asked for. */
  readonly port: number;
  /** `ftp-host:21` */
  readonly target: string;
  /** `user@ssh-host` */
  readonly through: string;
  /** Where other machines reach it as well: an address, or `every address`. Absent: this machine only. */
  readonly openAt?: string;
  /** What other machines can use: a URL for each address that {@link openAt} means, as this machine has them now. */
  readonly openUrls?: readonly string[];
}

/** Disposing closes at once; {@link Tunnel.close} lets transfers finish first. */
export interface Tunnel extends AsyncDisposable {
  /** In the order of the options. */
  readonly forwards: readonly OpenForward[];
  /** Which SSH transport is in use. */
  readonly transport: "openssh" | "embedded";
  /** The socket of your own ssh whose connection it began with (ControlMaster); absent: its own connection. */
  readonly master?: string;
  /** Settles when the tunnel is closed: undefined after close or disposal, else the error that ended it. Never rejects. */
  readonly closed: Promise<SallyportError | undefined>;
  /** Transfers under way now. */
  readonly transfersRunning: number;
  /**
   * No new sessions; running transfers may finish for up to `graceMs` milliseconds (default 10000); then everything is closed.
   * Idempotent; never rejects.
   *
   * @example
   * await tunnel.close({ graceMs: 5_000 });
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

// What an FTP server is made from, and what it gives back: the library's public face.
import type { FileSystem } from "../platform/file-system.ts";
import type { PortRange } from "../platform/network.ts";
import type { Trace } from "../platform/trace.ts";
import type { SallyportError } from "../protocol/error.ts";
import type { Authenticate } from "../server/account.ts";

/** Somebody who may log in. */
export interface ServerUser {
  /** As it is given with USER. */
  readonly name: string;
  /** In the clear; {@link ServerOptions} has `passwordFile` for hashes. */
  readonly password: string;
  /** Directory that becomes `/` for this user: of this machine, or of `files` where those can serve a part ({@link HasSubtrees}). Default: all. */
  readonly directory?: string;
  /** May change nothing. Default false. */
  readonly readOnly?: boolean;
}

/** Where to listen. */
export interface ServerListen {
  /** Address to listen on. Default `127.0.0.1`; `*` or `""` is every address. */
  readonly host?: string;
  /** Port; 0 picks a free one. Default 2121. */
  readonly port?: number;
  /** TLS from the first byte (FTPS of old, usually port 990). Default false. Needs `tls`. */
  readonly implicitTls?: boolean;
}

/** TLS of the server: AUTH TLS (RFC 4217), or from the first byte (`implicitTls`). */
export interface ServerTls {
  /** PEM: the certificate and what is between it and a root. */
  readonly certificate: string | Uint8Array;
  /** PEM: its private key, not encrypted. */
  readonly key: string | Uint8Array;
  /** No login and no data without TLS. Default false. */
  readonly required?: boolean;
  /**
   * A data connection must resume the control connection's TLS session, so that nobody else can have made it. The sessions
   * are then those of TLS 1.2: one of 1.3 can be resumed once only. Default false.
   */
  readonly requireReuse?: boolean;
}

/** What {@link openServer} serves, to whom, and how. */
export interface ServerOptions {
  /** What is served: a directory of this machine, or your own FileSystem. Left out where `authenticate` alone knows the users and what each sees. */
  readonly files?: string | FileSystem;
  /** Default: one, `127.0.0.1:2121`. None (`[]`) where there is `ssh`: then the files are served by SFTP and scp alone. */
  readonly listen?: readonly ServerListen[];
  /** Who may log in. Beside `passwordFile`, `anonymous` and `authenticate`; nobody when none is given. */
  readonly users?: readonly ServerUser[];
  /** A file as `sallyport passwd` writes it. Read when the server starts. */
  readonly passwordFile?: string;
  /** `read`: users `anonymous` and `ftp`, any password, nothing to be changed. `write`: and new files may be put. Default: none. */
  readonly anonymous?: "read" | "write";
  /** Your own judge, asked when none of the above knows the user. */
  readonly authenticate?: Authenticate;
  /** Text of the greeting. */
  readonly greeting?: string;
  /** Ports for passive data connections. Default: any free port. */
  readonly passivePorts?: PortRange;
  /** Addresses or host names named in 227 to clients of a network; the most specific network wins. */
  readonly passiveAddresses?: readonly { readonly address: string; readonly cidr: string }[];
  /** Whether the server connects for data: PORT, EPRT, default data ports. Default true. */
  readonly active?: boolean;
  /** Port that active data connections come from, if it can be had. Default: one less than the control port. */
  readonly activePort?: number;
  /** From `activePort` or not at all. Default false. */
  readonly activePortOnly?: boolean;
  /** Networks that PORT may name and data may come from, beside the client's own address (RFC 2577). Default none. */
  readonly allowThirdParty?: readonly string[];
  /** Drop data connections of other users of this machine than the control connection's, and of root's. Linux only. Default true. */
  readonly checkUser?: boolean;
  /**
   * The users of this machine, by name or number, who alone may connect, to the FTP listeners and to `ssh`: nobody from elsewhere then may, and
   * root only when named. Linux only; elsewhere CONFIG_INVALID. Default: everybody.
   */
  readonly allowUsers?: readonly string[];
  /** An upload gets its name when it is complete, and leaves nothing when it is not. Default false. */
  readonly atomicUploads?: boolean;
  /**
   * The file of an upload is opened when its data connection stands, so that a client whose data connection is stopped by a firewall leaves
   * no empty files. A refusal then comes behind the data connection. Default false.
   */
  readonly opensLate?: boolean;
  /** What TYPE A does to files: `convert` changes the ends of lines (RFC 959 section 3.1.1.1), `binary` nothing. Default `convert`. */
  readonly ascii?: "convert" | "binary";
  /** 226 only when the disk has it (fdatasync). Default true. For `files` that are a directory. */
  readonly sync?: boolean;
  /** The server's certificate; without it there is no TLS. */
  readonly tls?: ServerTls;
  /** Concurrent sessions. Default 1000. */
  readonly sessionsMax?: number;
  /** Concurrent sessions from one address. Default 250. */
  readonly sessionsPerAddressMax?: number;
  /** Milliseconds without a command or a transfer. Default 300000. */
  readonly idleMs?: number;
  /** Milliseconds from the connection to the login. Default 60000. */
  readonly loginMs?: number;
  /** Milliseconds in which a transfer moves no byte. Default 120000. */
  readonly dataStallMs?: number;
  /** Goes with the server: disposed when it has closed. */
  readonly owned?: AsyncDisposable;
  /** Aborting it closes the server at once; before it is ready, openServer rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** An SSH server beside the FTP server, for the same users: a way to it for `sallyport`, and SFTP. Default: none. */
  readonly ssh?: ServerSsh;
  /** Receives every trace event. */
  readonly trace?: Trace;
  /** False: without commands, replies, data connections and `file.action`. A small file then costs a tenth less. Default true. */
  readonly traceTransfers?: boolean;
}

/** Where the server listens. */
export interface OpenListener {
  /** `ftp://127.0.0.1:2121`, with `ftps:` for implicit TLS. */
  readonly url: string;
  /** The address to connect to: the one listened on, or a loopback address where that is every address. */
  readonly host: string;
  /** The port, also where 0 was asked for. */
  readonly port: number;
}

/** Disposing closes at once; {@link Server.close} lets transfers finish first. */
export interface Server extends AsyncDisposable {
  /** In the order of the options. */
  readonly listeners: readonly OpenListener[];
  /** Present when the options ask for it. */
  readonly ssh: OpenSsh | undefined;
  /** Settles when the server is closed. Never rejects. */
  readonly closed: Promise<SallyportError | undefined>;
  /** Sessions that are open now. */
  readonly sessions: number;
  /** Transfers under way now. */
  readonly transfersRunning: number;
  /**
   * No new sessions; running transfers may finish for up to `graceMs` milliseconds (default 10000); then everything is closed.
   * Idempotent; never rejects.
   *
   * @example
   * await server.close({ graceMs: 5_000 });
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/** The same files over SSH: SFTP, scp, and FTP inside the SSH connection. */
export interface ServerSsh {
  /** Address to listen on. Default `127.0.0.1`; `*` or `""` is every address. */
  readonly host?: string;
  /** Port; 0 picks a free one. Default 2222. */
  readonly port?: number;
  /**
   * The server's private key (OpenSSH, not encrypted). Made when it is not there. Default: `ssh_host_ed25519_key` in
   * `$XDG_STATE_HOME/sallyport`, else `~/.local/state/sallyport`; on Windows in `%LOCALAPPDATA%\sallyport`.
   */
  readonly hostKeyFile?: string;
  /**
   * Public keys that may log in, as in ssh's authorized_keys, but without options. `%u` is the user's name; without it
   * there may be one user only. Read at each login. Default: passwords alone.
   */
  readonly authorizedKeysFile?: string;
  /** Where clients may connect beside the FTP server's own ports: `host:port`, `*` for any. Default: nowhere. */
  readonly permitOpen?: readonly string[];
  /** On which addresses clients may listen, as in sshd_config(5). Default `no`: loopback. */
  readonly gatewayPorts?: "no" | "yes" | "clientspecified";
}

/** An SSH server that runs beside the FTP server. */
export interface OpenSsh {
  /** `ssh://127.0.0.1:2222` */
  readonly url: string;
  /** The address to connect to: the one listened on, or a loopback address where that is every address. */
  readonly host: string;
  /** The port, also where 0 was asked for. */
  readonly port: number;
  /** As in known_hosts: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** `SHA256:…`, as ssh asks about it. */
  readonly hostKeyFingerprint: string;
}

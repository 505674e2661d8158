// What an FTP session is made from.
import type { TlsTrust } from "../network/tls-client.ts";
import type { PortRange } from "../platform/network.ts";
import type { Trace } from "../platform/trace.ts";
import type { NameEncoding } from "../protocol/client/name-bytes.ts";
import type { Reply } from "../protocol/reply.ts";

/** Who opens data connections: we (`passive`), the server (`active`), the server without an address that was sent (`default-port`). */
export type DataMode = "passive" | "active" | "default-port";

/** TLS of a client. */
export interface ClientTls extends TlsTrust {
  /** `explicit`: AUTH TLS on the usual port (RFC 4217). `implicit`: TLS from the first byte, usually port 990. Default `explicit`. */
  readonly kind?: "explicit" | "implicit";
  /** Data connections inside TLS too (PROT P). Default true. */
  readonly protectData?: boolean;
}

/**
 * Asked when the server wants a password (331), whose words may be a challenge. undefined is the default. Its signal says that
 * nobody waits for the answer any more.
 */
export type AskPassword = (challenge: Reply, signal: AbortSignal) => Promise<string | undefined>;

/** Who to log in as. */
export interface Credentials {
  /** As it is given with USER. */
  readonly user: string;
  /** Default for `anonymous`: `anonymous@`; else empty. */
  readonly password?: string | AskPassword;
  /** ACCT, where the server asks for it (332). */
  readonly account?: string;
}

/** Which FTP server, who logs in, and how. */
export interface ClientOptions {
  /** A host name or an address; with `via` it is resolved at the SSH host. */
  readonly host: string;
  /** Default 21; 990 with implicit TLS. */
  readonly port?: number;
  /** Default `anonymous`. */
  readonly user?: string;
  /** Default for `anonymous`: `anonymous@`; else empty. */
  readonly password?: string | AskPassword;
  /** ACCT, where the server asks for it (332). */
  readonly account?: string;
  /**
   * In place of `user`, `password` and `account`: asked between the greeting, or TLS, and the login. The answer serves a session
   * that takes the place of a lost one too. Its signal says that nobody waits for the answer any more.
   */
  readonly credentials?: (greeting: Reply, signal: AbortSignal) => Promise<Credentials>;
  /** Absent: the session is in the clear. Nothing ever falls back from TLS to none. */
  readonly tls?: ClientTls;
  /** Default `auto`: passive by EPSV, else PASV, else active; {@link FtpClient.modeReason} tells why. */
  readonly mode?: "auto" | DataMode;
  /** EPSV and EPRT over IPv4 too. Default true; false: PASV and PORT there, for firewalls that know no others. */
  readonly epsv4?: boolean;
  /** Connect to the address in a 227 in place of the server's own. Default false: any server could send us anywhere. */
  readonly trustPassiveAddress?: boolean;
  /** Active mode: the address to send to the server, for a client behind a NAT that forwards. Default: the control connection's own. */
  readonly activeAddress?: string;
  /** Active mode: ports to listen on. Default any free one. */
  readonly activePorts?: PortRange;
  /** How the server writes names. Default `utf8`; bytes that are not survive as U+DC80 to U+DCFF. */
  readonly encoding?: NameEncoding;
  /** Pipeline commands that do not depend on each other. Default true; false for servers that lose some. */
  readonly pipeline?: boolean;
  /** Milliseconds for a connection to be opened. Default 30000. */
  readonly connectMs?: number;
  /** Milliseconds for one reply. Default 60000. */
  readonly replyMs?: number;
  /** Milliseconds in which a transfer moves no byte. Default 120000. */
  readonly dataStallMs?: number;
  /** Milliseconds of silence before a NOOP, idle and during transfers. Default 60000; 0: never. */
  readonly keepaliveMs?: number;
  /** Ends the session at once; while it is being made, connect rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Receives every command, reply, data connection and note of the session; passwords are hidden. */
  readonly trace?: Trace;
  /** False: without commands, replies and data connections, which are then not put together. Default true. */
  readonly traceTransfers?: boolean;
}

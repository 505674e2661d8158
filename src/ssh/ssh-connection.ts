// What every SSH transport offers: a network at the remote end, and commands run there.
import type { Clock } from "../platform/clock.ts";
import type { Connection, Network } from "../platform/network.ts";
import type { Random } from "../platform/random.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import type { SallyportError } from "../protocol/error.ts";

/** A question that the transport asks the user. */
export interface Question {
  readonly kind: "password" | "passphrase" | "one-time-code" | "host-key" | "other";
  readonly text: string;
  /** True: show what is typed. */
  readonly echo: boolean;
}

/** Answers questions, or returns undefined when nobody can be asked. Used by the embedded transport; OpenSSH asks by itself. */
export type AskUser = (question: Question, signal: AbortSignal) => Promise<string | undefined>;

/** Where to and how, in the words of ssh(1). */
export interface SshOptions {
  readonly host: string;
  /** -p */
  readonly port?: number;
  /** -l, or the user of user@host */
  readonly user?: string;
  /** -i, repeatable */
  readonly identityFiles?: readonly string[];
  /** -F */
  readonly configFile?: string;
  /** -J */
  readonly jump?: string;
  /** -o, repeatable, each `Name=value` */
  readonly options?: readonly string[];
  /** -4 or -6 */
  readonly family?: 4 | 6;
  /** -C */
  readonly compression?: boolean;
  /** -v, counted; ssh's own debug output goes to standard error */
  readonly verbosity?: number;
  /** -q */
  readonly quiet?: boolean;
  /** Seconds between keepalives, and how many may stay unanswered. Defaults 15 and 3; ssh's own settings win. */
  readonly keepaliveSeconds?: number;
  readonly keepaliveCountMax?: number;
}

/** What a transport needs from the world. */
export interface SshEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: (event: TraceEventBody) => void;
  /** Absent: nobody can be asked, so an unknown host key or a password is a refusal. */
  readonly askUser?: AskUser;
  /** Lines that the transport wants the user to see (banner, ssh's own messages). */
  readonly tellUser?: (line: string) => void;
}

export interface ExecResult {
  /** Its exit status was 0. Not so: another status, a signal, or a server that tells neither. */
  readonly succeeded: boolean;
  readonly stdout: string;
}

/** An authenticated SSH connection. Disposal closes every channel and listener of it. */
export interface SshConnection extends AsyncDisposable {
  readonly transport: "openssh" | "embedded";
  /** `user@host` as the user wrote it. */
  readonly target: string;
  /** Address of the SSH server as seen from here, where known: what a server elsewhere may see too. */
  readonly serverAddress: string | undefined;
  /** The remote end as a network: connect is direct-tcpip, listen is tcpip-forward (RFC 4254 section 7). */
  readonly network: Network;
  /** Settles when the connection is gone: undefined after our own disposal, else why. Never rejects. */
  readonly lost: Promise<SallyportError | undefined>;
  /** Run a command at the remote end; output bounded to 1 MiB. Throws SSH_CHANNEL_REFUSED where sessions are not allowed. */
  exec(command: string, options: { readonly signal: AbortSignal }): Promise<ExecResult>;
  /**
   * A subsystem of the server (RFC 4254 section 6.5), `sftp` for one, on its own channel; what it writes to standard
   * error is dropped. Its endpoints are unknown. Throws SSH_CHANNEL_REFUSED where there is none, or too many sessions.
   */
  openSubsystem(name: string, options: { readonly signal: AbortSignal }): Promise<Connection>;
}

/** Opens an SSH connection, or throws SSH_* with a message that tells the hint. */
export type ConnectSsh = (
  options: SshOptions,
  environment: SshEnvironment,
  signal: AbortSignal,
) => Promise<SshConnection>;

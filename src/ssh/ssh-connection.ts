// What every SSH transport offers: a network at the remote end, and commands run there.
import type { Clock } from "../platform/clock.ts";
import type { Connection, Network } from "../platform/network.ts";
import type { Random } from "../platform/random.ts";
import type { Trace, TraceEventBody } from "../platform/trace.ts";
import type { SallyportError } from "../protocol/error.ts";

/** A question that the transport asks the user. */
export interface Question {
  /** What it is about; `other` is what the server asks by itself. */
  readonly kind: "password" | "passphrase" | "one-time-code" | "host-key" | "other";
  /** A sentence to show. */
  readonly text: string;
  /** True: show what is typed. */
  readonly echo: boolean;
  /** A jump host on the way asks it, not the SSH host itself. */
  readonly jump?: true;
}

/** Answers questions, or returns undefined when nobody can be asked. Used by the embedded transport; OpenSSH asks by itself. */
export type AskUser = (question: Question, signal: AbortSignal) => Promise<string | undefined>;

/** Where to and how, in the words of ssh(1). */
export interface SshOptions {
  /** A host name, an address, or a `Host` of ssh_config. */
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
  /** How many unanswered messages end the connection. Default: that of ssh_config, else 3. */
  readonly keepaliveCountMax?: number;
}

/** Which SSH host and how: the one shape in which every part of the library is given it. */
export interface SshHostOptions {
  /** Where to and how, in the words of ssh(1). */
  readonly ssh: SshOptions;
  /** Default `auto`: the system's OpenSSH where it can multiplex, else the embedded ssh2 library. */
  readonly transport?: "auto" | "openssh" | "embedded";
  /**
   * ssh's -N: run no command at the SSH host. Default false: `true` is run once after connecting, for sshd before 10.1 sends
   * without delay only from then on (two round trips a file instead of four). Excludes mode `default-port`. For SFTP the default
   * is true, since an account that may do SFTP only takes every command for SFTP.
   */
  readonly noCommand?: boolean;
  /** Answers host-key, password and code questions of the embedded transport. Absent: such a question is a refusal. */
  readonly askUser?: AskUser;
  /** Receives ssh's own lines for the user: banners, warnings. */
  readonly tellUser?: (line: string) => void;
  /** Ends the attempt to connect; its reason is rethrown untouched. */
  readonly signal?: AbortSignal;
  /** Receives the events of the SSH connection. */
  readonly trace?: Trace;
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
  /**
   * The connection may be that of an ssh which the user has running (ControlMaster): it can connect, listen and run commands, knows no
   * reasons for refusals and no originators, and is as fast as `ssh -L`.
   */
  readonly sharesMaster?: boolean;
}

/** What a command at the remote end did. */
export interface ExecResult {
  /** Its exit status was 0. Not so: another status, a signal, or a server that reports neither. */
  readonly succeeded: boolean;
  /** What it wrote, as UTF-8. */
  readonly stdout: string;
}

/** An authenticated SSH connection. Disposal closes every channel and listener of it. */
export interface SshConnection extends AsyncDisposable {
  readonly transport: "openssh" | "embedded";
  /** `user@host` as the user wrote it. */
  readonly target: string;
  /** Address of the SSH server as seen from here, where known: what a server elsewhere may see too. */
  readonly serverAddress: string | undefined;
  /** The server says that it is OpenSSH; absent: it is not, or is not known. */
  readonly isOpenSsh?: boolean;
  /** The socket of the user's ssh whose connection it is; absent: it is ours. */
  readonly master?: string;
  /** The remote end as a network: connect is direct-tcpip, listen is tcpip-forward (RFC 4254 section 7). */
  readonly network: Network;
  /** Settles when the connection is gone: undefined after our own disposal, else why. Never rejects. */
  readonly lost: Promise<SallyportError | undefined>;
  /** Run a command at the remote end; output bounded to 1 MiB. Throws SSH_CHANNEL_REFUSED where sessions are not allowed. */
  exec(command: string, signal: AbortSignal): Promise<ExecResult>;
  /**
   * A subsystem of the server (RFC 4254 section 6.5), `sftp` for one, on its own channel; what it writes to standard
   * error is dropped. Its endpoints are unknown. Throws SSH_CHANNEL_REFUSED where there is none, or too many sessions.
   */
  openSubsystem(name: string, signal: AbortSignal): Promise<Connection>;
}

/** Opens an SSH connection, or throws SSH_* with a message and a hint. */
export type ConnectSsh = (
  options: SshOptions,
  environment: SshEnvironment,
  signal: AbortSignal,
) => Promise<SshConnection>;

/** `user@host` as the user wrote it. */
export function targetOf({ host, user }: Pick<SshOptions, "host" | "user">): string {
  return user === undefined ? host : `${user}@${host}`;
}

/** By the software version of its identification. */
export const isOpenSsh = (software: string | undefined): boolean => software?.startsWith("OpenSSH_") === true;

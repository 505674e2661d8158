// Which SSH host and how: the one shape in which every part of the library is told.
import type { Trace } from "../platform/trace.ts";
import type { AskUser, SshOptions } from "./ssh-connection.ts";

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

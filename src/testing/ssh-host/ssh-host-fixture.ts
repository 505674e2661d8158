// What an SSH host must bring along to be put through its conformance suite.
import type { SshHost } from "../../connect/ssh-host.ts";

/** What of an {@link SshHost} is under test. */
export interface TestedSshHost extends Pick<SshHost, "exec" | "openSubsystem" | "network" | "lost">, AsyncDisposable {}

/** One of them. */
export interface OpenedSshHost {
  /** Under test. */
  readonly host: TestedSshHost;
  /** Names of what is still open in it (channels, listeners), where it can count them. */
  leftovers?(): readonly string[];
}

/** Commands by what becomes of them at the server of the tests. A fact whose command is absent is left out. */
export interface SshCommands {
  /** Writes `out`, and ends with status 0. */
  readonly succeeds?: string;
  /** Writes `out`, and ends with another status. */
  readonly fails?: string;
  /** Writes `out`, and is ended by a signal. */
  readonly isKilled?: string;
  /** Writes `out`; the server closes the channel without a status. */
  readonly endsWithoutStatus?: string;
  /** Writes `out`; its end-of-file comes long before status 0. Needs `succeeds`. */
  readonly closesOutputFirst?: string;
  /** Writes `out`; status 0 is followed by the channel's close, without an end-of-file. */
  readonly endsWithoutEof?: string;
  /** Writes `out` when its standard input has ended. */
  readonly readsInput?: string;
  /** Writes `out`, and more to standard error than any window. */
  readonly writesErrors?: string;
  /** Writes as many bytes, and ends with status 0. */
  readonly writes?: (bytes: number) => string;
  /** Writes the text, and ends with status 0. */
  readonly says?: (text: string) => string;
  /** Never ends. Needs `succeeds`. */
  readonly runsOn?: string;
  /** The server does not accept it. */
  readonly isRefused?: string;
}

/** Subsystems, likewise. */
export interface SshSubsystems {
  /** Sends back what it gets, and its end-of-file. */
  readonly echoes?: string;
  /** The server has none of that name. */
  readonly isRefused: string;
  /** The server closes the channel instead of an answer, after an end-of-file. */
  readonly endsUnanswered?: string;
  /** The same without an end-of-file. */
  readonly breaksUnanswered?: string;
}

/** What the server of the tests does, and what the host does when it is lost. */
export interface SshHostTraits {
  /** What it runs. */
  readonly commands: SshCommands;
  /** What it has beside commands. */
  readonly subsystems: SshSubsystems;
  /** The host makes a lost connection again when somebody asks, as that of `connectSsh` does. Default: it is lost for good. */
  readonly reconnects?: boolean;
}

/** An SSH server, and how the tests reach it. */
export interface SshHostFixture {
  /** A host with a separate connection. The suite disposes of it. */
  connect(): Promise<OpenedSshHost>;
  /** Breaks every SSH connection, as a server that crashes does; it can be connected to afterwards. Asked for where `runsOn` is given. */
  breakConnections(): Promise<void>;
  /** Signals that commands have been sent, where the server tells. */
  readonly signals?: readonly string[];
  /** After the last fact. */
  close(): Promise<void>;
}

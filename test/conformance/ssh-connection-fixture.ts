// What an SSH connection must bring along to be put through its conformance suite.
import type { SshConnection } from "../../src/ssh/ssh-connection.ts";

/** What of an SshConnection is under test. */
export type TestedConnection = Pick<SshConnection, "exec" | "openSubsystem" | "network" | "lost"> & AsyncDisposable;

export interface OpenedConnection {
  readonly connection: TestedConnection;
  /** Channels and listeners that are open. */
  leftovers(): readonly string[];
}

/** Commands by what becomes of them at this server. What has no entry cannot be brought about there. */
export interface Commands {
  /** Writes `out`, and ends with status 0. */
  readonly succeeds?: string;
  /** Writes `out`, and ends with another status. */
  readonly fails?: string;
  /** Writes `out`, and is ended by a signal. */
  readonly isKilled?: string;
  /** Writes `out`; the server closes the channel without a status. */
  readonly endsWithoutStatus?: string;
  /** Writes `out`; its end-of-file comes long before status 0. */
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
  /** Never ends. */
  readonly runsOn?: string;
  /** The server does not accept it. */
  readonly isRefused?: string;
}

/** Subsystems, likewise. */
export interface Subsystems {
  /** Sends back what it gets, and its end-of-file. */
  readonly echoes?: string;
  readonly isRefused: string;
  /** The server closes the channel instead of an answer, after an end-of-file. */
  readonly endsUnanswered?: string;
  /** The same without an end-of-file. */
  readonly breaksUnanswered?: string;
}

/** What a test server can be told. */
export interface ScriptedRules {
  /** From now on it refuses every channel, until it is told `undefined`. */
  refuse(refusal: { readonly reason: number; readonly words: string } | undefined): void;
  /** Signals that commands have been sent. */
  readonly signals: readonly string[];
}

export interface SshConnectionTraits {
  readonly commands: Commands;
  readonly subsystems: Subsystems;
  /** The server is one of ours that follows a script. */
  readonly isScripted?: boolean;
  /** Skips the whole suite and says why. */
  readonly skip?: string;
}

export interface SshConnectionFixture {
  connect(): Promise<OpenedConnection>;
  /** Breaks every SSH connection, as a server that crashes does. */
  breakConnections(): Promise<void>;
  /** Where {@link SshConnectionTraits.isScripted}. */
  readonly rules?: ScriptedRules;
  close(): Promise<void>;
}

// One typed union of events feeds the log, --trace, the tests' assertions and, later, doctor and lab.
// No field may carry a secret: commands come from the codec with PASS and ACCT arguments hidden.
import type { CloseInfo } from "./network.ts";

export type Side = "downstream" | "upstream";

export interface FileAction {
  /** As an FTP client wrote it. */
  readonly command?: string;
  readonly action: "download" | "upload" | "mkdir" | "rmdir" | "delete" | "rename" | "link" | "chmod" | "set-time";
  /** From the root that the user has; one character per byte. */
  readonly path: string;
  /** The new name. */
  readonly to?: string;
  readonly ok: boolean;
  /** The final reply, or why it failed. */
  readonly outcome: string;
  /** Of a transfer. */
  readonly bytes?: number;
  readonly durationMs?: number;
}

type Untimed =
  | { readonly type: "session.open"; readonly client: string; readonly gateway: string; readonly target: string }
  | { readonly type: "session.close"; readonly reason: string }
  /** Our own client's control connection is there, and nothing has been sent on it. */
  | { readonly type: "control.open"; readonly host: string; readonly port: number }
  /** A command line as it crossed one side; `origin` is whether client or gateway sent it. */
  | { readonly type: "ftp.command"; readonly side: Side; readonly origin: "client" | "gateway"; readonly line: string }
  | {
      readonly type: "ftp.reply";
      readonly side: Side;
      readonly origin: "server" | "gateway";
      readonly lines: readonly string[];
    }
  /** Why the gateway changed or refused something, in one sentence. */
  | { readonly type: "relay.note"; readonly note: string }
  /** What the operator may have to look after, in one sentence. */
  | { readonly type: "relay.warning"; readonly note: string }
  /** At a listener that is for certain users. */
  | { readonly type: "client.refused"; readonly remote: string }
  /** An FTP server that a tunnel leads to cannot be used as it is. */
  | { readonly type: "target.unfit"; readonly reason: string; readonly hint?: string }
  | { readonly type: "data.listen"; readonly side: Side; readonly endpoint: string }
  | {
      readonly type: "data.open";
      readonly side: Side;
      readonly how: string;
      readonly local: string;
      readonly remote: string;
    }
  | { readonly type: "data.rejected-peer"; readonly side: Side; readonly remote: string; readonly count: number }
  | { readonly type: "data.half-close"; readonly side: Side; readonly bytes: number }
  | { readonly type: "data.close"; readonly side: Side; readonly close: CloseInfo; readonly bytes: number }
  | { readonly type: "ssh.connecting"; readonly target: string; readonly transport: string }
  /** `master`: the socket of the user's ssh whose connection it is (ControlMaster). */
  | { readonly type: "ssh.connected"; readonly target: string; readonly transport: string; readonly master?: string }
  /** Without `retryInMs`: it is made again when a client comes. */
  | { readonly type: "ssh.lost"; readonly reason: string; readonly retryInMs?: number }
  | { readonly type: "ssh.channel.open"; readonly channel: number; readonly target: string }
  | { readonly type: "ssh.channel.refused"; readonly target: string; readonly reason: string }
  | { readonly type: "ssh.channel.close"; readonly channel: number }
  /** A login at our own FTP server. `client` is an address. */
  | { readonly type: "login.accepted"; readonly client: string; readonly user: string }
  | { readonly type: "login.refused"; readonly client: string; readonly user: string }
  /** Nobody could be asked whether the password is right. */
  | { readonly type: "login.failed"; readonly client: string; readonly user: string; readonly reason: string }
  /** What somebody has done to the files of our own server, or tried to. */
  | ({
      readonly type: "file.action";
      readonly client: string;
      readonly user: string;
      readonly protocol: "ftp" | "ssh";
    } & FileAction)
  /** Our own SSH server. `client` is `host:port`. */
  | { readonly type: "ssh-server.login"; readonly client: string; readonly user: string; readonly method: string }
  | {
      readonly type: "ssh-server.login-refused";
      readonly client: string;
      readonly user: string;
      readonly method: string;
    }
  | { readonly type: "ssh-server.close"; readonly client: string; readonly reason: string }
  | { readonly type: "ssh-server.open"; readonly client: string; readonly target: string }
  | { readonly type: "ssh-server.listen"; readonly client: string; readonly endpoint: string }
  /** What was asked for and is not permitted, or failed. */
  | { readonly type: "ssh-server.refused"; readonly client: string; readonly what: string; readonly reason: string }
  | { readonly type: "listener.open"; readonly endpoint: string }
  | { readonly type: "listener.close"; readonly endpoint: string };

/** `session` is 0 for what belongs to no session. */
export type TraceEvent = Untimed & { readonly session: number; readonly timeMs: number };
export type TraceEventBody = Untimed;

/** Receives every event, in order. Must not throw. */
export type Trace = (event: TraceEvent) => void;

// What goes into the relay machine and what comes out. Bytes and facts in, actions out; the driver in src/gateway performs them.
import type { TargetVerdict } from "../data-peers.ts";
import type { HashMethod, HashName } from "../hashes.ts";
import type { HostPort } from "../host-port.ts";
import type { Reply } from "../reply.ts";

/** Direction of a transfer as the client sees it. */
export type Direction = "download" | "upload";

/** Ends of one exchange: towards the FTP client, towards the FTP server. */
export type DataSide = "downstream" | "upstream";

/** How the copying of a transfer's data ended. `source` and `sink` follow the direction. */
export type CopyOutcome = "eof" | "source-broke" | "sink-broke";

export type TimerName =
  | "keepalive"
  | "data-open"
  | "late-data"
  | "greeting"
  | "reply-end"
  | "abort-hold"
  | "abort-probe"
  | "abort-reply"
  | "loss-news"
  | "revival"
  | "reopen"
  | "port-ahead";

/** `id` names an exchange: one pair of data ends, of one transfer. Facts about an exchange that is gone are ignored. */
export type RelayInput =
  | { readonly type: "client-bytes"; readonly bytes: Uint8Array }
  /** The client sent end-of-file: what it has asked for is still answered, unless a transfer is under way. */
  | { readonly type: "client-ended" }
  /** The client's control connection broke. */
  | { readonly type: "client-gone" }
  | { readonly type: "server-bytes"; readonly bytes: Uint8Array }
  /** The server's control connection is over; `text` says why where that was no plain end. */
  | { readonly type: "server-gone"; readonly text?: string }
  /** Another control connection to the server could not be had; `text` says why. */
  | { readonly type: "server-unreachable"; readonly text: string }
  /** What the transfer has carried: of a download to `end`; of an upload, what is kept is from `first` to `end`. */
  | { readonly type: "held"; readonly id: number; readonly first: number; readonly end: number }
  /** Whether what the server has is what was carried, as `verify` and `verify-hash` want to know. */
  | { readonly type: "verified"; readonly id: number; readonly isSame: boolean }
  /** The front listens at this address, as the client is sent it. */
  | { readonly type: "downstream-listening"; readonly id: number; readonly address: HostPort }
  /** The back listens at this address, as the server is sent it. */
  | {
      readonly type: "upstream-listening";
      readonly id: number;
      readonly address: HostPort;
      /** Why that may not be enough: sent with the server's own 425. */
      readonly warning?: string;
    }
  | { readonly type: "data-open"; readonly id: number; readonly side: DataSide }
  /** A listener or a connection could not be had; `text` names the cause in words. */
  | { readonly type: "data-failed"; readonly id: number; readonly side: DataSide; readonly text: string }
  /** `text`: why it broke, where that is more than the breaking. */
  | { readonly type: "copied"; readonly id: number; readonly outcome: CopyOutcome; readonly text?: string }
  /** End-of-file has been delivered to the sink, and everything before it. */
  | { readonly type: "finished"; readonly id: number; readonly ok: boolean }
  /** `bytes`: how many the running transfer has carried so far, to know slow from dead. */
  | { readonly type: "timer"; readonly name: TimerName; readonly bytes: number }
  /** The client's control connection is inside TLS from here on. */
  | { readonly type: "downstream-secured" }
  /** The server's control connection is inside TLS from here on. */
  | { readonly type: "upstream-secured" }
  /** A new control connection to the server is there, in place of the old one, as `reconnect-upstream` wanted it. */
  | { readonly type: "upstream-connected" }
  /** The gateway closes the session; `text` is sent to the client with 421. */
  | { readonly type: "shutdown"; readonly text: string };

export type RelayAction =
  /** `mayWait`: for a moment, to leave together with what follows. */
  | { readonly type: "write-downstream"; readonly bytes: Uint8Array; readonly mayWait?: boolean }
  | { readonly type: "write-upstream"; readonly bytes: Uint8Array }
  | { readonly type: "listen-downstream"; readonly id: number }
  /** Close the front end that this exchange has, whatever it is: the client chose another. */
  | { readonly type: "forget-downstream"; readonly id: number }
  /** `default-port`: the client's control endpoint, from port L-1 where possible (RFC 959 section 3.2). */
  | { readonly type: "connect-downstream"; readonly id: number; readonly to: HostPort | "default-port" }
  | { readonly type: "connect-upstream"; readonly id: number; readonly port: number }
  | { readonly type: "listen-upstream"; readonly id: number; readonly how: "active" | "default-port" }
  /** `secure`: the sides on which TLS comes first. `from`: of an upload that begins again there, in the bytes of the client. */
  | {
      readonly type: "copy";
      readonly id: number;
      readonly direction: Direction;
      readonly secure?: readonly DataSide[];
      readonly from?: number;
      /** To be computed of what is carried, for `verify-hash`. */
      readonly hash?: HashName;
    }
  /** The server's side is lost and the client's waits for another one: close the first, then answer `held`. */
  | { readonly type: "hold"; readonly id: number }
  /** What comes from the server is to be what was kept of an upload, from this byte to that: answer `verified`. */
  | {
      readonly type: "verify";
      readonly id: number;
      readonly from: number;
      readonly to: number;
      readonly secure?: readonly DataSide[];
    }
  /** Whether this is the checksum of the first `length` bytes that were carried: answer `verified`. */
  | { readonly type: "verify-hash"; readonly id: number; readonly length: number; readonly digest: string }
  /** The control connection to the server is lost: make another one, then `upstream-connected` or `server-unreachable`. */
  | { readonly type: "reopen-upstream" }
  /** Deliver end-of-file to this side, then answer `finished`. */
  | { readonly type: "finish"; readonly id: number; readonly side: DataSide }
  /** Send the server's data connection its end-of-file ahead of the download, where the way there carries that. */
  | { readonly type: "half-close"; readonly id: number }
  /** Break this side off: what it got must not be taken for complete. */
  | { readonly type: "reset"; readonly id: number; readonly side: DataSide }
  /** The transfer was refused before it began: end both sides in order, or break them off if bytes were carried all the same. */
  | { readonly type: "call-off"; readonly id: number }
  /** Nothing is under way on this exchange: close what it holds. */
  | { readonly type: "drop"; readonly id: number }
  /** TLS on the client's control connection, once the reply that stands before is written. */
  | { readonly type: "secure-downstream" }
  /** TLS on the server's control connection, which has agreed: nothing is read or written in the clear any more. */
  | { readonly type: "secure-upstream" }
  /** Give up the server's control connection, which it has ended, and open another one. */
  | { readonly type: "reconnect-upstream" }
  | { readonly type: "set-timer"; readonly name: TimerName; readonly delayMs: number }
  | { readonly type: "clear-timer"; readonly name: TimerName }
  /** For the trace. */
  | {
      readonly type: "sent";
      readonly side: DataSide;
      readonly origin: "client" | "gateway" | "server";
      readonly line: string;
    }
  | { readonly type: "replied"; readonly side: DataSide; readonly origin: "gateway" | "server"; readonly reply: Reply }
  | { readonly type: "note"; readonly note: string }
  /** For the operator. */
  | { readonly type: "warning"; readonly note: string }
  /** Flush and end both control connections; nothing follows. */
  | { readonly type: "close"; readonly reason: string };

/** What one session learns about the way to the server and the next one need not find out again. */
export interface ServerMemory {
  /** A passive data connection is open: the transfer command need not wait to see whether it will. */
  passiveReaches: boolean;
  /** It has to be sent the transfer before it listens (PRET, DrFTPD). */
  wantsPret?: boolean;
  /** How it reports checksums; undefined: it has not been asked. */
  hashMethod?: HashMethod | "none";
  /** It takes no login, or no data, without TLS. */
  wantsTls?: boolean;
  /** It has taken a login without TLS. */
  takesClear?: boolean;
}

/**
 * TLS towards the server. `auto`: where it refuses to do without. `require`: AUTH TLS behind the greeting, or nothing.
 * `implicit`: the control connection has it from its first byte.
 */
export type UpstreamTlsMode = "off" | "auto" | "require" | "implicit";

/** How data connections to the server are made. `auto`: EPSV, else PASV, else active. */
export type UpstreamMode = "auto" | "passive" | "active" | "default-port";

/** TLS from the client. `explicit`: it may ask for it. `implicit`: the control connection has it from its first byte. */
export type DownstreamTlsMode = "off" | "explicit" | "implicit";

export interface RelayConfig {
  readonly upstreamMode: UpstreamMode;
  /** Address family of the client's control connection: PASV needs IPv4 (RFC 2428 section 3). */
  readonly family: 4 | 6;
  /** The client's address: what PORT means by `0.0.0.0`. */
  readonly clientHost: string;
  /** `ftp-host:21`, for texts. */
  readonly target: string;
  /** Milliseconds between NOOPs during a transfer; 0 for none. */
  readonly keepaliveMs: number;
  /** Delete at the server what an aborted upload left there and the server takes for the whole file. */
  readonly removeAborted?: boolean;
  /** Default `off`. */
  readonly upstreamTls?: UpstreamTlsMode;
  /** Milliseconds that a session waits for a lost server, its transfer held, to be made again as it was; 0 or absent: it ends. */
  readonly surviveMs?: number;
  /** The same for a session without a transfer, where it is longer; without `surviveMs` for those that have not logged in. */
  readonly holdMs?: number;
  /** Default `off`. */
  readonly downstreamTls?: DownstreamTlsMode;
  /** No login and no data of the client without TLS. */
  readonly downstreamTlsRequired?: boolean;
  /** What sessions have learnt about the server, shared by all of one gateway. */
  readonly memory: ServerMemory;
  /** False: of commands and replies nobody wants to see more than those before the first transfer, and what the gateway refuses. */
  readonly showsTransfers?: boolean;
  /** Judges the address of PORT, EPRT or LPRT. */
  readonly judgeTarget: (address: HostPort) => TargetVerdict;
}

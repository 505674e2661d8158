// What a seed decides before a simulation begins to move. Plain data, printed with the trace.
import type { GatewayOptions } from "../../src/gateway/environment.ts";

export interface SwarmPlan {
  readonly seed: number;
  readonly place: PlacePlan;
  readonly gateway: GatewayPlan;
  readonly server: ServerPlan;
  readonly sftp: SftpHabits;
  /** Sizes of the server's files `/file-0`, `/file-1`, …: all different. */
  readonly files: readonly number[];
  readonly clients: readonly ClientPlan[];
  readonly faults: readonly FaultPlan[];
  /**
   * When SSH or the server is lost for the first time, other files of the same names and sizes take the places of all: `dated`: with
   * another time. A download that outlives the loss must not be of both.
   */
  readonly replacement: "none" | "dated" | "undated";
}

export interface PlacePlan {
  /** Sallyport and the first client are one host. */
  readonly isGatewayAtClient: boolean;
  /** sshd and the FTP server are one host; Sallyport calls it `localhost` or by its address. */
  readonly isServerAtSsh: boolean;
  readonly isTargetLocalhost: boolean;
  /** Of every address. IPv6 is not translated: neither masquerade nor a helper. */
  readonly family: 4 | 6;
  /** Between the LAN and the wide network. */
  readonly isMasqueraded: boolean;
  readonly hasHelper: boolean;
  /** What lets only SSH into the server's network; `states`: a filter with memory. */
  readonly wall: "open" | "ports" | "states";
  readonly lanMs: number;
  readonly wanMs: number;
  readonly dmzMs: number;
  readonly wanBytesPerMs: number | undefined;
  /** Bytes of one segment, so in how small pieces everything arrives. */
  readonly segmentBytes: number;
  /** Of every host, each way. */
  readonly bufferBytes: number;
}

export interface GatewayPlan {
  readonly upstreamMode: GatewayOptions["upstreamMode"];
  /** sshd lets others listen on the ports that it connects from: what back mode default-port needs. */
  readonly sshSharesPorts: boolean;
  /** How many data ports it may use; 0: any. */
  readonly passivePorts: number;
  readonly sessionsMax: number;
  readonly keepaliveMs: number;
  /** 0: a lost SSH connection ends its sessions. */
  readonly surviveMs: number;
}

export interface ServerPlan {
  /** `ours` is the engine of this project, the others are odd (odd-server.ts). */
  readonly kind: "ours" | OddHabit;
  readonly active: boolean;
  readonly atomicUploads: boolean;
  readonly dataStallMs: number;
}

/** What servers report of the sizes of their files: `smaller` is half of it, `larger` a little more. */
export type SizesTold = "true" | "none" | "zero" | "smaller" | "larger";

/** What SFTP sessions of this simulation meet. */
export interface SftpHabits {
  /** Each reply comes at any time within so much; undefined: in order, at once. */
  readonly replies: { readonly withinMs: number } | undefined;
  /** Clients have reads and writes in flight in any order. */
  readonly requests: boolean;
  /** Some reads bring less than was asked for. */
  readonly shortReads: boolean;
  /** Of the SFTP server at the SSH host, and of the FTP server where it is ours. */
  readonly sizes: SizesTold;
}

export type OddHabit =
  /** Does as RFC 959 says, EPSV and FEAT unknown. */
  | "old"
  /** Answers what comes during a transfer at once, as pyftpdlib and Pure-FTPd do. */
  | "asynchronous"
  /** Writes its replies byte by byte, some of several lines. */
  | "slow-writer"
  /** Says 226 before the data has left, or come. */
  | "early-226"
  /** Names another host in 227. */
  | "other-host"
  /** Sends half a file, an end in order, then 426. */
  | "half-426"
  /** Sends half a file, an end in order, and closes the control connection. */
  | "half-close"
  /** Sends half a file, an end in order, and says nothing any more. */
  | "half-silence"
  /** Sends half a file and breaks it off, then 426. */
  | "reset-426"
  /** Says 226 at once without a 150. */
  | "no-150"
  /** Says 150 twice. */
  | "two-150"
  /** Sends in small pieces with pauses. */
  | "slow-data"
  /** Says 226 long before it closes its data connection. */
  | "late-close"
  /** Refuses transfers with 550, after 150. */
  | "late-550"
  /** Hangs up in the middle of the conversation. */
  | "hangs-up"
  /** Closes with 421. */
  | "says-421";

export type ClientPlan = EngineClientPlan | RawClientPlan | SftpClientPlan;

interface AnyClient {
  /** Which host of the LAN. */
  readonly host: "client" | "other";
  readonly startMs: number;
}

/** The FTP client of this project. */
export interface EngineClientPlan extends AnyClient {
  readonly kind: "engine";
  /** `via`: the client itself goes through SSH, past the gateway. `bridge`: to the files of the SSH server, by FTP. */
  readonly way: "gateway" | "via" | "bridge";
  /** Inside TLS; with `via` only, for the gateway has none. */
  readonly tls: boolean;
  readonly mode: "auto" | "passive" | "active" | "default-port";
  readonly epsv4: boolean;
  readonly pipeline: boolean;
  readonly keepaliveMs: number;
  readonly replyMs: number;
  readonly steps: readonly EngineStep[];
}

export type EngineStep =
  | {
      readonly do: "download";
      readonly file: number;
      readonly offset: number;
      readonly retries: number;
      readonly verify: "size" | "none";
    }
  | { readonly do: "upload"; readonly size: number; readonly retries: number; readonly verify: "size" | "none" }
  /** Asked for at once: each waits for its turn. */
  | { readonly do: "several"; readonly files: readonly number[] }
  | { readonly do: "stop-upload"; readonly size: number; readonly afterMs: number }
  | { readonly do: "give-up"; readonly file: number; readonly afterMs: number }
  | { readonly do: "list" | "names" | "pwd" }
  | { readonly do: "size"; readonly file: number }
  | { readonly do: "wait"; readonly ms: number };

/** The SFTP client of this project, at the SSH server, which shows the FTP server's files; `bridge`: at ours, whose files are on the FTP server. */
export interface SftpClientPlan extends AnyClient {
  readonly kind: "sftp";
  readonly way: "direct" | "bridge";
  readonly steps: readonly SftpStep[];
}

export type SftpStep =
  | { readonly do: "get"; readonly file: number; readonly offset: number }
  | { readonly do: "put"; readonly size: number }
  | { readonly do: "give-up"; readonly file: number; readonly afterMs: number }
  | { readonly do: "list" }
  | { readonly do: "wait"; readonly ms: number };

/** A client without manners, word by word. */
export interface RawClientPlan extends AnyClient {
  readonly kind: "raw";
  readonly way: "gateway" | "bridge";
  readonly steps: readonly RawStep[];
  /** How it goes away: QUIT, its end alone, a reset, or its program is killed. */
  readonly ending: "quit" | "end" | "reset" | "kill";
}

/** `none`: neither is said, and the server connects to where the control connection comes from (RFC 959 section 3.2). */
export type FrontMode = "PASV" | "EPSV" | "PORT" | "EPRT" | "none";

export type RawStep =
  /** Pipelined. */
  | { readonly do: "say"; readonly lines: readonly string[] }
  | {
      readonly do: "get";
      readonly file: number;
      readonly mode: FrontMode;
      readonly manner: GetManner;
      readonly at: number;
    }
  | {
      readonly do: "put";
      readonly size: number;
      /** The first half by STOR, the second by APPE. */
      readonly appends?: true;
      readonly mode: FrontMode;
      readonly manner: PutManner;
      readonly at: number;
    }
  /** Several pipelined downloads, each with its own PORT or EPRT. */
  | { readonly do: "burst"; readonly files: readonly number[]; readonly mode: "PORT" | "EPRT" }
  /** A file from one session to another one of the same client, by way of the gateway (RFC 959 section 5.2). */
  | { readonly do: "third-party"; readonly file: number }
  /** Bytes that are no command. */
  | { readonly do: "junk"; readonly what: "long" | "binary" | "telnet" | "bare" }
  /** Names an address that is not its own. */
  | { readonly do: "bounce"; readonly whom: "victim" | "server" | "gateway" | "privileged" }
  | { readonly do: "wait"; readonly ms: number };

/**
 * `at`: after so many bytes. `stall`: does not read for a while. `absent`: never connects for the data. `chat-at`: NOOP and STAT
 * meanwhile. `talk-at`: commands that wait for
 * the transfer's end (a server may answer them at once). `in-parts`: REST before it.
 */
export type GetManner =
  | "whole"
  | "chat-at"
  | "talk-at"
  | "in-parts"
  | "reset-at"
  | "close-at"
  | "abort-at"
  | "stall"
  | "absent"
  | "quit-at"
  | "half-close";
export type PutManner = "whole" | "talk-at" | "reset-at" | "abort-at" | "stall" | "absent" | "abort-behind";

/** Counted from the start of the clients: packets, milliseconds, or milliseconds behind the n-th event of that kind at the gateway. */
export type FaultMoment =
  | { readonly packets: number }
  | { readonly ms: number }
  | { readonly event: string; readonly count: number; readonly ms: number };

export interface FaultPlan {
  readonly kind:
    | "ssh-lost"
    | "server-gone"
    | "client-gone"
    | "server-closes"
    | "tunnel-closes"
    | "wan-dark"
    | "lan-dark"
    | "wan-loss"
    | "lan-loss"
    | "wan-stall"
    | "dmz-stall";
  readonly after: FaultMoment;
  /** Milliseconds until it is over; a server or sshd that is gone comes back. */
  readonly lastsMs: number;
  /** For losses: percent of the packets. For the client: which. */
  readonly amount: number;
}

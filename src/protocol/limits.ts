// Everything that can grow has a limit here: unit in the name, precedent beside it. docs/reference/limits.md is made from it.

export interface Limit {
  readonly value: number;
  readonly unit: string;
  readonly why: string;
}

export type LimitName =
  | "commandLineBytesMax"
  | "replyLineBytesMax"
  | "replyBytesMax"
  | "pipelinedCommandsMax"
  | "unsolicitedRepliesMax"
  | "negotiationBytesMax"
  | "streamBufferBytes"
  | "keepAliveDelayMs"
  | "disposeGraceMs"
  | "pendingConnectionsMax";

/** The table with reasons, for the reference page. */
export const limitReference: Readonly<Record<LimitName, Limit>> = {
  commandLineBytesMax: {
    value: 4096,
    unit: "bytes",
    why: "one command line; vsftpd 4096, pyftpdlib 2048, PATH_MAX 4096",
  },
  replyLineBytesMax: { value: 8192, unit: "bytes", why: "one reply line; a 4096-byte path with doubled quotes fits" },
  replyBytesMax: {
    value: 1_048_576,
    unit: "bytes",
    why: "one multi-line reply; STAT of a large directory comes as one",
  },
  pipelinedCommandsMax: {
    value: 64,
    unit: "commands",
    why: "outstanding commands of one session; lftp pipelines about 10",
  },
  unsolicitedRepliesMax: { value: 16, unit: "replies", why: "replies to no command before a server is given up" },
  negotiationBytesMax: { value: 1024, unit: "bytes", why: "Telnet option answers of one session, RFC 854" },
  streamBufferBytes: {
    value: 262_144,
    unit: "bytes",
    why: "each direction of a connection in this program; Node's default of 16 KiB (20) costs throughput",
  },
  keepAliveDelayMs: { value: 30_000, unit: "ms", why: "silence before TCP keepalive probes; Linux waits 2 hours" },
  disposeGraceMs: { value: 2000, unit: "ms", why: "wait for a peer's end when a connection is disposed, then force" },
  pendingConnectionsMax: {
    value: 128,
    unit: "connections",
    why: "arrived at one listener and not yet accepted; SOMAXCONN was 128 for decades",
  },
};

/** The limits that are in force. */
export const limits: Readonly<Record<LimitName, number>> = Object.freeze(
  Object.fromEntries(Object.entries(limitReference).map(([name, limit]) => [name, limit.value])) as Record<
    LimitName,
    number
  >,
);

// Everything that can grow has a limit here: unit in the name, precedent beside it. docs/reference/limits.md is made from it.

import { type ClientLimitName, clientLimits } from "./client/client-limits.ts";
import { type SftpClientLimitName, sftpClientLimits } from "./client/sftp-client-limits.ts";
import { type ListingLimitName, listingLimits } from "./listing/listing-limits.ts";
import { type ServerLimitName, serverLimits } from "./server/server-limits.ts";
import { type SshServerLimitName, sshServerLimits } from "./server/ssh-server-limits.ts";

export interface Limit {
  readonly value: number;
  readonly unit: string;
  readonly why: string;
}

export type LimitName =
  | ClientLimitName
  | SftpClientLimitName
  | ServerLimitName
  | ListingLimitName
  | SshServerLimitName
  | "commandLineBytesMax"
  | "replyLineBytesMax"
  | "replyBytesMax"
  | "pipelinedCommandsMax"
  | "pipelinedTransfersMax"
  | "unsolicitedRepliesMax"
  | "skippedLinesMax"
  | "replyEndMs"
  | "abortUploadMs"
  | "abortProbeMs"
  | "abortReplyMs"
  | "negotiationBytesMax"
  | "controlBufferBytesMax"
  | "streamBufferBytes"
  | "keepAliveDelayMs"
  | "disposeGraceMs"
  | "pendingConnectionsMax"
  | "endOfFileMs"
  | "strayBytesMax"
  | "intrudersLeavingMax"
  | "sshChannelWindowBytes"
  | "sshFirstWindowBytes"
  | "sshLeastWindowBytes"
  | "sshWindowBytesPerMs"
  | "sshAllWindowsBytes"
  | "sshPacketBytesMax"
  | "sshChannelsMax"
  | "sshRefusedChannelsMax"
  | "sshMessageLineBytesMax"
  | "sshLastWordsMax"
  | "sshOriginatorWaitMs"
  | "sshSendQueueBytes"
  | "sshForwardAttemptsMax"
  | "sshExecOutputBytesMax"
  | "sshBannerMs"
  | "sshHandshakeMs"
  | "sshRetryWaitMs"
  | "sshRetryWaitMsMax"
  | "sshClientWaitMs"
  | "sshNoDelayMs"
  | "sshJumpsMax"
  | "sshConfigIncludesMax"
  | "netrcBytesMax"
  | "globWordsMax";

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
    value: 256,
    unit: "commands",
    why: "outstanding commands of one session; lftp pipelines about 10",
  },
  pipelinedTransfersMax: {
    value: 8,
    unit: "transfers",
    why: "pipelined and not over, each with its data ports; further ones wait their turn, so that one client cannot take all ports",
  },
  unsolicitedRepliesMax: { value: 16, unit: "replies", why: "replies to no command before a server is given up" },
  skippedLinesMax: {
    value: 256,
    unit: "lines",
    why: "between two replies that are no replies, before a server is given up; a banner has a screen or two",
  },
  replyEndMs: {
    value: 3000,
    unit: "ms",
    why: "without a byte behind a line that would end a multi-line reply if its code were the same; then it is the end",
  },
  abortUploadMs: {
    value: 3000,
    unit: "ms",
    why: "for a server to obey ABOR before the data connection of an upload closes, which would look like the end of the file",
  },
  abortProbeMs: {
    value: 500,
    unit: "ms",
    why: "for the second of ABOR's two replies, before PWD asks whether it comes; Pure-FTPd leaves one out",
  },
  abortReplyMs: {
    value: 10_000,
    unit: "ms",
    why: "for the replies to ABOR and to what it ends, once the data connection is closed; then the session ends with 421",
  },
  controlBufferBytesMax: {
    value: 4_194_304,
    unit: "bytes",
    why: "replies that a client does not read; four of the largest, then the session is closed",
  },
  negotiationBytesMax: {
    value: 1024,
    unit: "bytes",
    why: "Telnet option answers of one session; one subnegotiation; RFC 854, RFC 855",
  },
  streamBufferBytes: {
    value: 262_144,
    unit: "bytes",
    why: "each direction of a connection in this program, four reads; on loopback 16 KiB to 1 MiB relay equally fast",
  },
  keepAliveDelayMs: { value: 30_000, unit: "ms", why: "silence before TCP keepalive probes; Linux waits 2 hours" },
  disposeGraceMs: { value: 2000, unit: "ms", why: "wait for a peer's end when a connection is disposed, then force" },
  pendingConnectionsMax: {
    value: 128,
    unit: "connections",
    why: "arrived at one listener and not yet accepted; SOMAXCONN was 128 for decades",
  },
  endOfFileMs: {
    value: 30_000,
    unit: "ms",
    why: "for the last bytes of a file and its end to leave; then the data connection is reset",
  },
  strayBytesMax: {
    value: 65_536,
    unit: "bytes",
    why: "sent the wrong way on one data connection and thrown away; beyond it the sender is not read",
  },
  intrudersLeavingMax: {
    value: 16,
    unit: "connections",
    why: "dropped at one data port and not yet gone; more wait in its backlog",
  },
  sshChannelWindowBytes: {
    value: 16_777_216,
    unit: "bytes",
    why: "what a server may send on one channel before it is read, so a transfer's bytes per round trip; OpenSSH 2 MiB",
  },
  sshFirstWindowBytes: {
    value: 2_097_152,
    unit: "bytes",
    why: "window of a new channel until its reader has shown that it reads, fewer with many channels; OpenSSH 2 MiB",
  },
  sshLeastWindowBytes: { value: 32_768, unit: "bytes", why: "window of a channel however many there are; one packet" },
  sshWindowBytesPerMs: {
    value: 327_680,
    unit: "bytes",
    why: "window for each ms of the round trip, so 320 MB/s; OpenSSH's buffer costs seconds to grow where it is not needed",
  },
  sshAllWindowsBytes: {
    value: 100_663_296,
    unit: "bytes",
    why: "windows of all channels of one OpenSSH process; beyond 128 MiB it loses what we do not read in time",
  },
  sshPacketBytesMax: {
    value: 262_144,
    unit: "bytes",
    why: "one packet on OpenSSH's multiplexing socket; its own PACKET_MAX_SIZE and CHANNEL_MUX_MAX_PACKET",
  },
  sshChannelsMax: { value: 4096, unit: "channels", why: "of one OpenSSH process, which ends itself at 16,384" },
  sshRefusedChannelsMax: {
    value: 8192,
    unit: "channels",
    why: "refused ones before an OpenSSH process that has nothing to do is replaced; it frees none and ends itself at 16,384",
  },
  sshMessageLineBytesMax: {
    value: 8192,
    unit: "bytes",
    why: "one line of ssh's standard error; ssh writes at most 1024",
  },
  sshLastWordsMax: { value: 20, unit: "lines", why: "of ssh's standard error kept to explain its end" },
  sshOriginatorWaitMs: {
    value: 1000,
    unit: "ms",
    why: "between a forwarded connection and ssh's line that says who made it; ssh writes the line first",
  },
  sshSendQueueBytes: {
    value: 524_288,
    unit: "bytes",
    why: "encrypted and not yet taken by the system, all channels together; more would only delay the control connections",
  },
  sshForwardAttemptsMax: {
    value: 64,
    unit: "ports",
    why: "ports of a range tried at an SSH server; each costs a round trip",
  },
  sshExecOutputBytesMax: { value: 1_048_576, unit: "bytes", why: "standard output of one remote command" },
  sshBannerMs: {
    value: 15_000,
    unit: "ms",
    why: "from the TCP connection to the SSH server's identification; what says nothing so long is not an SSH server. ConnectTimeout overrides it",
  },
  sshHandshakeMs: {
    value: 30_000,
    unit: "ms",
    why: "silence of an SSH server before a step of the log-in is given up; ssh waits for ever, sshd's LoginGraceTime is 120 s",
  },
  sshRetryWaitMs: {
    value: 1000,
    unit: "ms",
    why: "before a tunnel's lost SSH connection is made again; each further attempt waits twice as long",
  },
  sshRetryWaitMsMax: { value: 60_000, unit: "ms", why: "the longest wait between two attempts" },
  sshClientWaitMs: {
    value: 15_000,
    unit: "ms",
    why: "that a client is kept waiting while the tunnel's SSH connection is being made again",
  },
  sshNoDelayMs: {
    value: 10_000,
    unit: "ms",
    why: "for the command that has sshd send without delay; a forced command may be one that waits",
  },
  sshJumpsMax: { value: 8, unit: "hosts", why: "jump hosts in a row; more is a configuration that jumps in a circle" },
  sshConfigIncludesMax: { value: 16, unit: "files", why: "Include within Include in ssh_config; OpenSSH's own limit" },
  globWordsMax: { value: 10_000, unit: "words", why: "that the braces of one word at the ftp> prompt mean" },
  netrcBytesMax: { value: 131_072, unit: "bytes", why: "of a .netrc; curl's own limit" },
  ...clientLimits,
  ...sftpClientLimits,
  ...listingLimits,
  ...serverLimits,
  ...sshServerLimits,
};

/** The limits that are in force. */
export const limits: Readonly<Record<LimitName, number>> = Object.freeze(
  Object.fromEntries(Object.entries(limitReference).map(([name, limit]) => [name, limit.value])) as Record<
    LimitName,
    number
  >,
);

// The limits of our own SSH server; part of limits.ts.
import type { Limit } from "../limits.ts";

export type SshServerLimitName =
  | "sshServerConnectionsMax"
  | "sshServerPerAddressMax"
  | "sshServerLoginMs"
  | "sshServerAuthTriesMax"
  | "sshServerChannelsMax"
  | "sshServerSessionsMax"
  | "sshServerListenersMax"
  | "sshServerConnectMs"
  | "sshServerKeepaliveMs"
  | "sshServerKeepalivesMax"
  | "sshServerUnreadBytesMax";

export const sshServerLimits: Readonly<Record<SshServerLimitName, Limit>> = {
  sshServerConnectionsMax: { value: 200, unit: "connections", why: "of one SSH server; each does cryptography" },
  sshServerPerAddressMax: { value: 50, unit: "connections", why: "from one address, behind which may be a NAT" },
  sshServerLoginMs: {
    value: 60_000,
    unit: "ms",
    why: "from the connection to the end of the log-in; sshd's LoginGraceTime is 120 s",
  },
  sshServerAuthTriesMax: {
    value: 6,
    unit: "attempts",
    why: "keys and passwords refused on one connection; sshd's MaxAuthTries",
  },
  sshServerChannelsMax: {
    value: 1024,
    unit: "channels",
    why: "of one SSH connection, those about to open among them; two for each FTP session with a transfer",
  },
  sshServerSessionsMax: {
    value: 10,
    unit: "channels",
    why: "for commands and SFTP on one SSH connection; sshd's MaxSessions",
  },
  sshServerListenersMax: {
    value: 512,
    unit: "listeners",
    why: "of one SSH connection; a tunnel in active mode has one for each transfer",
  },
  sshServerConnectMs: { value: 30_000, unit: "ms", why: "for a connection that a client asks the SSH server to make" },
  sshServerKeepaliveMs: { value: 15_000, unit: "ms", why: "silence of a client before it is asked for a sign of life" },
  sshServerKeepalivesMax: {
    value: 3,
    unit: "questions",
    why: "unanswered before a client is given up; sshd's ClientAliveCountMax",
  },
  sshServerUnreadBytesMax: {
    value: 4_194_304,
    unit: "bytes",
    why: "of answers that a client does not read; beyond it the client is not read either",
  },
};

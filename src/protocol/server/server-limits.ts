// The limits of our own FTP server; part of limits.ts.
import type { Limit } from "../limits.ts";

export type ServerLimitName =
  | "pathBytesMax"
  | "listingEntriesMax"
  | "listingBatchEntries"
  | "fileChunkBytes"
  | "uploadBufferBytes"
  | "uploadFirstBufferBytes"
  | "uploadGatherMs"
  | "serverSessionsMax"
  | "serverSessionsPerAddressMax"
  | "serverIdleMs"
  | "serverLoginMs"
  | "serverDataStallMs"
  | "dataConnectMs"
  | "tlsHandshakeMs"
  | "tlsSessionsMax"
  | "loginFailuresMax"
  | "loginDelayMsMin"
  | "loginDelayMsMax"
  | "loginAddressesMax"
  | "passwordChecksMax"
  | "unknownCommandsMax"
  | "uniqueNamesMax"
  | "lostUploadsMax";

export const serverLimits: Readonly<Record<ServerLimitName, Limit>> = {
  pathBytesMax: { value: 4095, unit: "bytes", why: "one path of our own server; Linux' PATH_MAX counts a NUL too" },
  listingEntriesMax: {
    value: 100_000,
    unit: "entries",
    why: "of one sorted LIST or NLST, some 30 MB; MLSD is not sorted and has no limit",
  },
  listingBatchEntries: { value: 64, unit: "entries", why: "of a directory asked for their facts at the same time" },
  fileChunkBytes: { value: 262_144, unit: "bytes", why: "one read of a file that is downloaded; two are under way" },
  uploadBufferBytes: {
    value: 1_048_576,
    unit: "bytes",
    why: "of an upload arrived and not yet written; then the client has to wait",
  },
  uploadFirstBufferBytes: { value: 65_536, unit: "bytes", why: "for the beginning of an upload; most files are small" },
  uploadGatherMs: {
    value: 100,
    unit: "ms",
    why: "before less than half of what may be buffered is written; a write costs as much as copying 100 kB",
  },
  serverSessionsMax: { value: 1000, unit: "sessions", why: "of one FTP server; vsftpd's max_clients is 2000" },
  serverSessionsPerAddressMax: {
    value: 250,
    unit: "sessions",
    why: "from one address (of IPv6: one /64), behind which may be a NAT; vsftpd's max_per_ip is 50",
  },
  serverIdleMs: { value: 300_000, unit: "ms", why: "without a command or a transfer; vsftpd's idle_session_timeout" },
  serverLoginMs: { value: 60_000, unit: "ms", why: "from the connection to the end of the login" },
  serverDataStallMs: {
    value: 120_000,
    unit: "ms",
    why: "in which a transfer moved no byte; vsftpd's data_connection_timeout is 300 s",
  },
  dataConnectMs: { value: 30_000, unit: "ms", why: "for a data connection to be opened, either way" },
  tlsHandshakeMs: { value: 20_000, unit: "ms", why: "of one TLS handshake, control or data" },
  tlsSessionsMax: { value: 16, unit: "TLS sessions", why: "of one FTP session, kept to be resumed without a ticket" },
  loginFailuresMax: { value: 5, unit: "failures", why: "wrong passwords in one session; vsftpd 3, sshd 6" },
  loginDelayMsMin: {
    value: 500,
    unit: "ms",
    why: "before the answer to a wrong password; doubled for each one before the next attempt is looked at",
  },
  loginDelayMsMax: { value: 15_000, unit: "ms", why: "longest wait before an attempt is looked at" },
  loginAddressesMax: { value: 10_000, unit: "addresses", why: "whose wrong passwords are remembered" },
  passwordChecksMax: { value: 4, unit: "checks", why: "of passwords at the same time: each takes a core and 16 MiB" },
  unknownCommandsMax: {
    value: 10,
    unit: "commands",
    why: "that do not exist, before the login; then it is not an FTP client (vsftpd 3.0.4, ALPACA)",
  },
  uniqueNamesMax: { value: 100, unit: "names", why: "tried by STOU before it gives up" },
  lostUploadsMax: {
    value: 1000,
    unit: "uploads",
    why: "that were interrupted and left the old file, so that nobody resumes after that; the oldest is forgotten",
  },
};

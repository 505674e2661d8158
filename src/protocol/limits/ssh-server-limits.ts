// The limits of our own SSH server; part of limits.ts.
export const sshServerLimits = {
  sshServerConnectionsMax: { value: 200, unit: "connections", why: "of one SSH server; each does cryptography" },
  sshServerPerAddressMax: {
    value: 50,
    unit: "connections",
    why: "from one address (of IPv6: one /64), behind which may be a NAT",
  },
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
  keyFileBytesMax: { value: 1_048_576, unit: "bytes", why: "of a file with a key or a chain of certificates" },
  passwordFileBytesMax: { value: 16_777_216, unit: "bytes", why: "of a password file: 100 000 users" },
  authorizedKeysBytesMax: { value: 1_048_576, unit: "bytes", why: "one file of public keys, read at each login" },
  sshServerRefusalsToldMax: {
    value: 100,
    unit: "refusals",
    why: "of one SSH connection in the log, so that a scan of ports does not fill a disk",
  },
  scpLineBytesMax: { value: 8192, unit: "bytes", why: "one record of scp's own protocol: a name and a few numbers" },
  scpDepthMax: { value: 100, unit: "directories", why: "within each other in one run of scp; no path is as long" },
  sftpPacketBytesMax: { value: 262_144, unit: "bytes", why: "one SFTP message; OpenSSH's SFTP_MAX_MSG_LENGTH" },
  sftpDataBytesMax: {
    value: 261_120,
    unit: "bytes",
    why: "read or written by one SFTP message; OpenSSH leaves 1024 of a message for the rest, too",
  },
  sftpHandlesMax: { value: 256, unit: "handles", why: "files and directories open in one SFTP session" },
  sftpNamesMax: { value: 100, unit: "names", why: "of a directory in one SFTP message; as sftp-server does it" },
  sshServerSourcePortsMax: {
    value: 3,
    unit: "ports",
    why: "that a connection for a client is tried from, when one is taken",
  },
  sshServerPortDrawsMax: { value: 10, unit: "ports", why: "that are drawn for a listener before there is none" },
  sftpReorderBytesMax: {
    value: 4_194_304,
    unit: "bytes",
    why: "of one file that a client reads or writes out of order where that is only possible from start to end; rclone has 64 requests of 32 kB in flight",
  },
} as const;

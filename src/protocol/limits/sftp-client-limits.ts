// The limits of our own SFTP client; part of limits.ts. What a message may hold is in server/ssh-server-limits.ts.
export const sftpClientLimits = {
  sftpHandleBytesMax: {
    value: 256,
    unit: "bytes",
    why: "of what a server calls an open file; draft-ietf-secsh-filexfer-02 section 3",
  },
  sftpRequestsMax: {
    value: 4096,
    unit: "requests",
    why: "unanswered in one SFTP session; a transfer with 32 kB in each has 512",
  },
  sftpPlainDataBytes: {
    value: 32_768,
    unit: "bytes",
    why: "read or written by one message where the server does not report its limits; what the draft requires everybody to take",
  },
  sftpPipelineBytes: {
    value: 16_777_216,
    unit: "bytes",
    why: "asked for or sent and not yet answered, of one file; the SSH channel's own window, so a transfer's bytes per round trip",
  },
  sftpOneLaneBytes: {
    value: 4_194_304,
    unit: "bytes",
    why: "of an upload by one SFTP session before others help it, on a line that holds more than sshd's window of 2 MiB",
  },
  sftpReplyMs: {
    value: 120_000,
    unit: "ms",
    why: "in which an SFTP server answers none of what it was asked; as clientDataStallMs",
  },
} as const;

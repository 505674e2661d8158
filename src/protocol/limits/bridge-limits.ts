// The limits of the bridges between FTP and SFTP; part of limits.ts.
export const bridgeLimits = {
  bridgeFtpSessionsMax: {
    value: 16,
    unit: "sessions",
    why: "with one FTP server at the same time: each carries one file; servers often allow 30 from one address",
  },
  bridgeFtpIdleMax: {
    value: 4,
    unit: "sessions",
    why: "kept with an FTP server while nothing is carried",
  },
  bridgeWriteAheadBytes: {
    value: 1_048_576,
    unit: "bytes",
    why: "of one file written by an SFTP client and not taken by the FTP server's data connection",
  },
} as const;

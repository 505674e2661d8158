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
  bridgeFtpRetries: {
    value: 3,
    unit: "attempts",
    why: "to resume a download whose FTP session was lost, where size and time of the file are as before",
  },
  bridgeResumeMs: {
    value: 60_000,
    unit: "ms",
    why: "in which a transfer whose SSH connection was lost is resumed, or fails; half of what a server waits for a transfer that stands still",
  },
  bridgeResumeWaitMs: {
    value: 500,
    unit: "ms",
    why: "before the second attempt of that; then twice as long each time",
  },
} as const;

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
  bridgeFtpWaitMs: {
    value: 60_000,
    unit: "ms",
    why: "for a session in which a file can be carried, while all that the FTP server allows carry files of others",
  },
  bridgeSeenMs: {
    value: 1000,
    unit: "ms",
    why: "in which what an FTP server reported of a file is reported again without asking",
  },
  bridgeSeenMax: { value: 10_000, unit: "files", why: "of which that is remembered" },
  bridgeWriteAheadBytes: {
    value: 1_048_576,
    unit: "bytes",
    why: "of one file written by an SFTP client and not taken by the FTP server's data connection",
  },
  bridgeKeptBytes: {
    value: 16_777_216,
    unit: "bytes",
    why: "of the end of an upload over FTP, kept to resume it when its session is lost: more than lines and servers hold on the way",
  },
  bridgeFtpRetries: {
    value: 6,
    unit: "attempts",
    why: "to resume a file whose FTP session was lost, the first after a second, then twice as long each time: a minute in all",
  },
  bridgeUploadLanes: {
    value: 4,
    unit: "sessions",
    why: "of SFTP on one SSH connection for its large uploads, each with a window of 2 MiB; sshd allows 10 (MaxSessions)",
  },
  bridgeSpareCopiesMax: {
    value: 256,
    unit: "pieces",
    why: "of an upload to an SFTP server, acknowledged, whose memory is used for the next ones; 16 MiB in pieces of 64 KiB",
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

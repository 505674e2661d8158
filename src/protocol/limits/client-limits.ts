// The limits of our own FTP client; part of limits.ts.
export const clientLimits = {
  clientConnectMs: { value: 30_000, unit: "ms", why: "for one connection of our client to a server; curl waits 300 s" },
  clientReplyMs: { value: 60_000, unit: "ms", why: "for one reply of a server; vsftpd waits 60 s for its own peers" },
  clientGreetingNoteMs: {
    value: 3000,
    unit: "ms",
    why: "of a server's silence before its greeting, until the user sees what that may mean",
  },
  clientDataStallMs: {
    value: 120_000,
    unit: "ms",
    why: "in which a transfer of our client moves no byte; vsftpd's data_connection_timeout is 300 s",
  },
  clientKeepAliveMs: {
    value: 60_000,
    unit: "ms",
    why: "silence on the control connection before a NOOP; NATs forget after minutes, servers after five",
  },
  clientAbortDataMs: {
    value: 500,
    unit: "ms",
    why: "for a server to obey ABOR before the data connection is reset; many read it only then",
  },
  clientAbortReplyMs: { value: 10_000, unit: "ms", why: "for the replies to ABOR; then the session is given up" },
  clientSendAheadBytes: {
    value: 2_097_152,
    unit: "bytes",
    why: "of an upload that were read and the network has not taken, or two pieces, where these are larger: so reading and sending overlap",
  },
  clientFilePieceBytes: {
    value: 1_048_576,
    unit: "bytes",
    why: "one read of a file that is uploaded, one buffer of a download: another thread is woken for each; with 512 KiB a download took a fifth more processor time",
  },
  clientQuickPieceBytes: {
    value: 4_194_304,
    unit: "bytes",
    why: "one read of a file that is uploaded over a line that takes them soon: with 1 MiB an upload on loopback took a sixth more processor time. Four are in use",
  },
  clientQuickPieceMs: {
    value: 50,
    unit: "ms",
    why: "from a read until the network has taken its bytes: then the next are larger",
  },
  clientSlowPieceMs: { value: 1000, unit: "ms", why: "likewise: then they are as small as at the beginning" },
  clientFirstBufferBytes: {
    value: 65_536,
    unit: "bytes",
    why: "for the beginning of a download, and all of a small file, which is read or written at once; most files are small",
  },
  clientShortFileBytes: {
    value: 1_048_576,
    unit: "bytes",
    why: "of a download during which the next one's commands leave, at servers that take them: nobody should wait long for what cannot be aborted",
  },
  clientGatherMs: {
    value: 100,
    unit: "ms",
    why: "before less than half a buffer of a download is written; a write costs as much as copying 100 kB",
  },
  clientFinalReplyMs: {
    value: 300,
    unit: "ms",
    why: "for a server that has just reset the data connection to say why",
  },
  clientReplyBehindResetMs: {
    value: 10_000,
    unit: "ms",
    why: "for a server that resets the data connection of an upload behind its end to say what became of the file",
  },
  clientDefaultPortWaitMs: {
    value: 120_000,
    unit: "ms",
    why: "for a default data port that waits out TIME_WAIT; 2 MSL are 60 s with Linux, 120 s elsewhere (RFC 9293: 4 minutes)",
  },
  clientSpareDataMs: {
    value: 2000,
    unit: "ms",
    why: "a data connection that was opened before it is needed, by the bridge to FTP, is kept open while no transfer comes",
  },
  clientRetryWaitMs: {
    value: 1000,
    unit: "ms",
    why: "before the first new attempt of a broken transfer; then twice as long",
  },
  clientSessionsMax: {
    value: 64,
    unit: "sessions",
    why: "of one run of get, put or cp (-j); servers allow some 10 to 50 from one address",
  },
  clientSessionsAuto: {
    value: 4,
    unit: "sessions",
    why: "of one run that nobody has chosen a number for (-j auto); browsers open six to a host",
  },
  clientGrowthMs: {
    value: 100,
    unit: "ms",
    why: "of a run with -j auto are looked at before another session comes; on one machine that is dozens of files",
  },
  clientGrowthLongMs: {
    value: 1000,
    unit: "ms",
    why: "of a large file are looked at before another session comes for the files behind it",
  },
  clientPendingCompletionsMax: {
    value: 4,
    unit: "files",
    why: "of one session that were received and are not yet confirmed, closed and renamed, while the next one comes",
  },
  clientTreeDepthMax: {
    value: 256,
    unit: "directories",
    why: "nested in one another, in a recursive transfer; a path of 4096 bytes, Linux's longest, holds a few hundred",
  },
  transferNoteBytes: {
    value: 1_048_576,
    unit: "bytes",
    why: "of a part before a note of its source is written beside it; less is soon sent again, and a note for each small file costs more",
  },
  partNoteBytesMax: { value: 1000, unit: "bytes", why: "of the note beside a part file that says of which file it is" },
  clientDefaultPortRetryMs: {
    value: 1000,
    unit: "ms",
    why: "before the first new attempt from a default data port in TIME_WAIT; then twice as long",
  },
} as const;

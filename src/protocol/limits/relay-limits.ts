// The FTP conversation, and the gateway that relays it.
export const relayLimits = {
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
    why: "outstanding commands of one session, of which our server then reads no more; lftp pipelines about 10",
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
  greetingMs: { value: 60_000, unit: "ms", why: "for a server's greeting, behind the gateway" },
  dataOpenMs: {
    value: 60_000,
    unit: "ms",
    why: "for both data connections to open, once the server has begun; vsftpd's accept_timeout and connect_timeout are 60 s",
  },
  lateDataMs: {
    value: 120_000,
    unit: "ms",
    why: "for one half of a transfer to wait for the other without a byte moving",
  },
  deathNewsMs: {
    value: 5,
    unit: "ms",
    why: "that an upload's end-of-file waits, so that the end of a killed client's control connection, or its ABOR, comes first; a server without us waits 0",
  },
  surviveMs: {
    value: 120_000,
    unit: "ms",
    why: "that a session waits for its server with --survive without a number; ClientAliveInterval and ServerAliveInterval of a minute notice a loss within it",
  },
  surviveBufferBytes: {
    value: 16_777_216,
    unit: "bytes",
    why: "the end of an upload that is kept with --survive; more than fits into sshd's window (2 MiB) and the socket buffers behind it (4 and 6 MiB on Linux)",
  },
  verifiedBytes: {
    value: 1_048_576,
    unit: "bytes",
    why: "of what the server has of an interrupted upload that are read and compared, before it goes on behind them",
  },
  hashedBytesMax: {
    value: 8_589_934_592,
    unit: "bytes",
    why: "of an interrupted transfer of which a server that offers it is asked the checksum; 10 to 20 s of its time, in which the client waits",
  },
  lossNewsMs: {
    value: 2000,
    unit: "ms",
    why: "with --survive, between the break of a data connection and the news that the connection which carried it is lost",
  },
  portAheadMs: {
    value: 1000,
    unit: "ms",
    why: "between two transfers of a client that is at several, before the data port that was asked for ahead is given back",
  },
  portsSeenMax: {
    value: 8,
    unit: "ports",
    why: "of a server, of which one that comes again shows that it has too few for one to be asked for ahead",
  },
  reviveWaitMs: {
    value: 500,
    unit: "ms",
    why: "before a lost server is tried again; each further attempt waits twice as long",
  },
  reviveWaitMsMax: { value: 5000, unit: "ms", why: "the longest wait between two such attempts" },
  fruitlessRevivalsMax: {
    value: 4,
    unit: "revivals",
    why: "of a session, one after the other between which nothing has moved: then that is what the server breaks at",
  },
  channelOpenMs: { value: 60_000, unit: "ms", why: "for an SSH server to open a channel or a listener" },
  activeConnectMs: {
    value: 30_000,
    unit: "ms",
    why: "for a client that sent PORT to accept; it is near, or behind a firewall",
  },
  redactedSecretsMax: {
    value: 32,
    unit: "secrets",
    why: "of a session that are remembered: several attempts to log in",
  },
  redactedWordsMax: {
    value: 2000,
    unit: "words",
    why: "of a server that are remembered, so that a password that is one of them is not taken out of its replies",
  },
  targetGreetingMs: {
    value: 20_000,
    unit: "ms",
    why: "for an FTP server to greet when a tunnel looks whether it can be used; some look up our name first",
  },
} as const;

// SSH, whichever implementation carries it.
export const sshLimits = {
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
  sshShortLineWindowBytes: {
    value: 262_144,
    unit: "bytes",
    why: "window of a new channel on the shortest line: a client that does not read is to hold the server back",
  },
  sshLeastWindowBytes: {
    value: 2048,
    unit: "bytes",
    why: "window of a channel however many there are; the most channels with no more fit into OpenSSH's 128 MiB beside all other windows",
  },
  sshWindowBytesPerMs: {
    value: 327_680,
    unit: "bytes",
    why: "window for each ms of the round trip, so 320 MB/s; OpenSSH's buffer costs seconds to grow where it is not needed",
  },
  sshCheapWindowBytes: {
    value: 6_291_456,
    unit: "bytes",
    why: "windows that have grown, together, as soon as they are needed; OpenSSH's buffer grows in steps of a packet and is copied for each, 0.8 s for 6 MiB and 6 s for 16",
  },
  sshReadForWindowBytes: {
    value: 128,
    unit: "bytes",
    why: "read over an OpenSSH connection for each byte of a window beyond that, so that growing pays",
  },
  sshWindowPieceBytes: {
    value: 32_768,
    unit: "bytes",
    why: "given back to a server at once, as far as that is no more than half of the window; one packet",
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
  sshChannelsMax: {
    value: 12_000,
    unit: "channels",
    why: "opened by us on one SSH connection, for 10,000 sessions and their transfers; OpenSSH ends itself at 16,384",
  },
  sshRefusedChannelsMax: {
    value: 4000,
    unit: "channels",
    why: "refused ones before an OpenSSH process that has nothing to do is replaced; it frees none and ends itself at 16,384",
  },
  sshMessageLineBytesMax: {
    value: 8192,
    unit: "bytes",
    why: "one line of ssh's standard error; ssh writes at most 1024",
  },
  sshRecentLinesMax: { value: 20, unit: "lines", why: "of ssh's standard error kept to explain its end" },
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
  sshFastBytes: {
    value: 8_388_608,
    unit: "bytes",
    why: "sent to OpenSSH's multiplexing socket, to see how fast it takes them",
  },
  sshFastMs: {
    value: 100,
    unit: "ms",
    why: "in which that many are taken where its send buffer may be larger: 80 MB a second, so what lies there delays a command by some 10 ms",
  },
  sshSendBufferBytes: {
    value: 524_288,
    unit: "bytes",
    why: "send buffer of OpenSSH's multiplexing socket from then on; Linux doubles it for its own bookkeeping",
  },
  sshBulkReadBytes: {
    value: 16_384,
    unit: "bytes",
    why: "read at once from the SSH server, half a packet of a stream; then it is read again after a pause, with all that came meanwhile",
  },
  sshMuxFullBytes: {
    value: 131_072,
    unit: "bytes",
    why: "read at once from OpenSSH's multiplexing socket, which holds some 200 KiB on Linux: then it is read again without a pause",
  },
  sshBulkPauseMs: { value: 1, unit: "ms", why: "that pause; some ten packets come in it, on one machine" },
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
  sshUnusedLossesMax: {
    value: 2,
    unit: "connections",
    why: "lost before anybody used them, as by sshd's UnusedConnectionTimeout; from then on one is made when a client comes",
  },
  sshClientWaitMs: {
    value: 15_000,
    unit: "ms",
    why: "that a client is kept waiting while the tunnel's SSH connection is being made again",
  },
  sshHeldWaitMs: {
    value: 5000,
    unit: "ms",
    why: "the longest wait between two attempts while a client is kept waiting by --hold",
  },
  sshNoDelayMs: {
    value: 10_000,
    unit: "ms",
    why: "for the command that has sshd send without delay; a forced command may be one that waits",
  },
  sshJumpsMax: { value: 8, unit: "hosts", why: "jump hosts in a row; more is a configuration that jumps in a circle" },
  sshConfigIncludesMax: { value: 16, unit: "files", why: "Include within Include in ssh_config; OpenSSH's own limit" },
  sshRefusalTextMax: { value: 200, unit: "characters", why: "of a server's reason that are shown" },
  sshHostKeyAnswersMax: {
    value: 5,
    unit: "answers",
    why: "to the question for an unknown host key that are neither yes nor no",
  },
  sshAuthAttemptsMax: {
    value: 64,
    unit: "attempts",
    why: "to log in, for a server that calls every attempt a partial success; sshd's MaxAuthTries is 6",
  },
  sshBannerNoteMs: {
    value: 3000,
    unit: "ms",
    why: "of an SSH server's silence, until the user sees what that may mean; longer than a server across the world takes",
  },
  sshSettingsBytesMax: { value: 1_048_576, unit: "bytes", why: "of what ssh -G writes" },
  sshForwardChoicesMax: {
    value: 8,
    unit: "ports",
    why: "that are asked for again when the one that the server chose is marked",
  },
  sshMasterAnswerMs: {
    value: 2000,
    unit: "ms",
    why: "for an ssh of the user's to answer at its ControlPath before a connection of our own is made",
  },
  sshSharedOpenMs: {
    value: 1000,
    unit: "ms",
    why: "without a word on a connection that the user's ssh was asked for, before it counts as made; some two round trips once those are known",
  },
  sshSharedOpenMsMin: { value: 50, unit: "ms", why: "the least of it; the line may be slower the next time" },
  sshSocketLookMs: {
    value: 10,
    unit: "ms",
    why: "between two looks for ssh's socket, which appears by one link(2) when the log-in is done (mux.c)",
  },
  sshStderrEndMs: {
    value: 1000,
    unit: "ms",
    why: "for ssh's standard error to end behind it; a ProxyCommand that outlives ssh keeps it open",
  },
  sshKeepaliveCountMax: {
    value: 3,
    unit: "probes",
    why: "that are not answered before a connection is lost; ssh's own ServerAliveCountMax",
  },
  sshKeepaliveMs: {
    value: 15_000,
    unit: "ms",
    why: "of silence of an SSH server before it is probed; ServerAliveInterval overrides it",
  },
  sshVersionMs: { value: 10_000, unit: "ms", why: "for ssh -V" },
} as const;

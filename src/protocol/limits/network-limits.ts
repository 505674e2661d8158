// Connections, of whatever network, and data connections.
export const networkLimits = {
  stoodStillMs: {
    value: 1000,
    unit: "ms",
    why: "by which a timer is late when the program has stood still (Ctrl-Z, a machine that was paused) and not only had much to do",
  },
  momentMs: {
    value: 1,
    unit: "ms",
    why: "at most, that the reply to PASV or EPSV waits so that the client runs; curl 7.88 often sleeps for a second where it comes at once",
  },
  longSilenceMs: {
    value: 4,
    unit: "ms",
    why: "of a client before its PASV or EPSV, behind which the reply waits for all of momentMs",
  },
  timerLengthsMax: {
    value: 100,
    unit: "lengths",
    why: "of time for which a timer of the system is shared before unused ones are looked for; nearly all are those of this table",
  },
  streamBufferBytes: {
    value: 262_144,
    unit: "bytes",
    why: "each direction of a connection in this program, four reads; on loopback 16 KiB to 1 MiB relay equally fast",
  },
  copyAheadBytes: {
    value: 1_048_576,
    unit: "bytes",
    why: "of a file carried to a client on this machine before it has taken three quarters of them; afterwards Linux keeps up to 4 MiB",
  },
  copyPendingBytes: {
    value: 524_288,
    unit: "bytes",
    why: "received from a client and not yet taken on the way to the server, one piece while the next is read; the memory stays in a processor's cache",
  },
  acknowledgedWaitMs: {
    value: 1,
    unit: "ms",
    why: "before the second look at how much a client has taken; then twice as long each time",
  },
  acknowledgedWaitMsMax: {
    value: 500,
    unit: "ms",
    why: "between two looks at how much a client that does not read has taken; each costs a millisecond or more",
  },
  socketDiagFromLooks: {
    value: 3,
    unit: "looks",
    why: "at a socket of this machine read the system's table, some milliseconds each; for further ones a process is started that asks the kernel",
  },
  socketDiagIdleMs: { value: 60_000, unit: "ms", why: "without a look, after which that process ends" },
  systemSendFromBytes: {
    value: 67_108_864,
    unit: "bytes",
    why: "left of a file, so that the system is asked to send them: another process is started for that",
  },
  systemSendBehindBytes: {
    value: 8_388_608,
    unit: "bytes",
    why: "of a file sent before that; how long they take shows whether the line is so fast that copying is what takes the time",
  },
  systemSendBehindMs: { value: 25, unit: "ms", why: "for those: 335 MB/s, which no line of 1 Gbit/s reaches" },
  systemSendsMax: {
    value: 4,
    unit: "processes",
    why: "that send files by the system at once; all others are read and written",
  },
  systemSendPieceBytes: { value: 4_194_304, unit: "bytes", why: "of a file given to the system with one call" },
  keepAliveDelayMs: { value: 30_000, unit: "ms", why: "silence before TCP keepalive probes; Linux waits 2 hours" },
  disposeGraceMs: { value: 2000, unit: "ms", why: "wait for a peer's end when a connection is disposed, then force" },
  pendingConnectionsMax: {
    value: 128,
    unit: "connections",
    why: "arrived at one listener and not yet accepted; SOMAXCONN was 128 for decades",
  },
  endOfFileMs: {
    value: 30_000,
    unit: "ms",
    why: "for the last bytes of a file and its end to leave; then the data connection is reset",
  },
  strayBytesMax: {
    value: 65_536,
    unit: "bytes",
    why: "sent the wrong way on one data connection and thrown away; beyond it the sender is not read",
  },
  addressesReadMax: {
    value: 64,
    unit: "addresses",
    why: "of hosts are remembered as read; every transfer asks for the same few a dozen times",
  },
  dataPortDrawsMax: {
    value: 4,
    unit: "ports",
    why: "are drawn where any will do; a search by the kernel takes half a millisecond once thousands wait out TIME-WAIT",
  },
  loopbackPortDrawsMax: {
    value: 16,
    unit: "ports",
    why: "that are free at 127.0.0.1 are tried at ::1 until one is free at both",
  },
  departedPeerMs: {
    value: 300,
    unit: "ms",
    why: "somebody who has sent and left before it was known who it was waits for a client that is known to come",
  },
  rejectedPeersLeavingMax: {
    value: 16,
    unit: "connections",
    why: "at one data port being looked at, or dropped and not yet gone; more wait in its backlog",
  },
  spareSignalsMax: {
    value: 8,
    unit: "signals",
    why: "whose wait is over and that serve the next one; more are seldom waited for at once, and to make one costs as much as a command",
  },
} as const;

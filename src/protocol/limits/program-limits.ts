// The program: its terminal, its files, its end.
export const programLimits = {
  globWordsMax: { value: 10_000, unit: "words", why: "that the braces of one word at the ftp> prompt mean" },
  netrcBytesMax: { value: 131_072, unit: "bytes", why: "of a .netrc; curl's own limit" },
  askAnswerBytesMax: { value: 4096, unit: "bytes", why: "that SSH_ASKPASS may answer" },
  typedAnswerCharactersMax: {
    value: 1024,
    unit: "characters",
    why: "of an answer that is typed; a terminal's line has 4096 (MAX_CANON)",
  },
  tunnelMemorySentencesMax: { value: 40, unit: "sentences", why: "that a tunnel keeps of what it has learned" },
  tunnelMemoryTextMax: { value: 200, unit: "characters", why: "of each of them" },
  tunnelMemoryBytesMax: { value: 65_536, unit: "characters", why: "that the doctor takes from a tunnel that it asks" },
  tunnelMemoryAskMs: { value: 2000, unit: "ms", why: "for the tunnel's answer; it is on this machine" },
  compiledFilesMax: {
    value: 100,
    unit: "files",
    why: "that V8 has compiled, kept for the next run; a run needs four to ten, of each version of the program, of Node and of V8's flags. At 100 all are removed",
  },
  crashWaitMs: { value: 3000, unit: "ms", why: "for what is open to close behind a fault of the program" },
  closeGraceMs: {
    value: 10_000,
    unit: "ms",
    why: "for running transfers after the first Ctrl-C; the second ends them",
  },
  closeMomentMs: { value: 300, unit: "ms", why: "of closing until the user sees what is waited for" },
  leaveMs: {
    value: 3000,
    unit: "ms",
    why: "for what is still open at the end of the program; it was forgotten, and must not keep it",
  },
  leaveAfterSignalMs: {
    value: 250,
    unit: "ms",
    why: "the same after Ctrl-C: a name that is being looked up cannot be called back",
  },
  transportEndMs: { value: 2000, unit: "ms", why: "for a transport that was stopped twice to end its processes" },
  logWarnedMax: { value: 1000, unit: "warnings", why: "that are remembered, so that each is written once" },
  tunnelGraceMs: { value: 10_000, unit: "ms", why: "for transfers that run when the tunnel is closed" },
  serverGraceMs: { value: 10_000, unit: "ms", why: "for transfers that run when the server is closed" },
  memoryFilesBytesMax: {
    value: 67_108_864,
    unit: "bytes",
    why: "of all files of a file system in memory, unless its maker says otherwise",
  },
  tunnelSessionsMax: {
    value: 1000,
    unit: "sessions",
    why: "of one tunnel at once, unless --max-sessions says otherwise",
  },
  ownOpenFiles: {
    value: 40,
    unit: "files",
    why: "that a tunnel or server has open beside its sessions: 21 were counted in a server, listeners and SSH come on top",
  },
  openFilesPerSession: {
    value: 3,
    unit: "files",
    why: "control connection, data connection, file or second data connection",
  },
  fewSessions: { value: 100, unit: "sessions", why: "fewer than that because of ulimit -n are worth a warning" },
  tunnelKeepaliveMs: {
    value: 60_000,
    unit: "ms",
    why: "of silence after which a tunnel sends NOOP for a client, unless --keepalive says otherwise; NAT and firewalls forget after 5 min",
  },
} as const;

// The limits of the doctor; part of limits.ts.
export const doctorLimits = {
  doctorMs: { value: 60_000, unit: "ms", why: "for all that the doctor looks at; then it reports what it knows" },
  doctorConnectMs: {
    value: 8000,
    unit: "ms",
    why: "for one connection; Linux sends a SYN four times in that time, and a way that needs more is of no use",
  },
  doctorReplyMs: { value: 15_000, unit: "ms", why: "for one reply; servers that look up names need some seconds" },
  doctorProbeMs: {
    value: 20_000,
    unit: "ms",
    why: "for one listing, with the connection that it comes by; vsftpd itself waits 60 s for a client that cannot be reached",
  },
  doctorAddressesMax: { value: 8, unit: "addresses", why: "of the server's name that are tried" },
  doctorPortsTried: {
    value: 4,
    unit: "ports",
    why: "of a passive mode that works, for a firewall that lets in some only",
  },
  doctorPortRetryMs: { value: 5000, unit: "ms", why: "between two attempts at a default data port in TIME_WAIT" },
  doctorPortWaitMs: {
    value: 250_000,
    unit: "ms",
    why: "for a default data port in all; TIME_WAIT is four minutes at most (RFC 9293)",
  },
  doctorBundleEventsMax: {
    value: 5000,
    unit: "events",
    why: "of the dialogue, in the file of --bundle; an examination has some hundred",
  },
  doctorRemoveMs: { value: 5000, unit: "ms", why: "for the removal of the file that --write made, after Ctrl-C too" },
  doctorTrickleMs: { value: 1000, unit: "ms", why: "between two bytes of an upload that is to take long" },
  doctorSessionsTried: { value: 11, unit: "sessions", why: "of the SSH host at once; sshd's MaxSessions is 10" },
} as const;

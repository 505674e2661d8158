// The lab, on each of its stages.
export const labLimits = {
  labTraceEventsMax: {
    value: 10_000,
    unit: "events",
    why: "of the demo that are kept; more than all its modes give rise to",
  },
  labLoopbackReplyMs: { value: 30_000, unit: "ms", why: "for a reply or a connection on the loopback address" },
  labReplyMs: {
    value: 130_000,
    unit: "ms",
    why: "for a reply or a connection of the scripted client; Linux gives a connection up after 127 s",
  },
  labListingCharactersMax: { value: 10_000, unit: "characters", why: "of a listing that are kept" },
  labLastPacketsMs: { value: 1000, unit: "ms", why: "for the last packets behind the end of a scenario" },
  labLookMs: { value: 1000, unit: "ms", why: "between two looks at a table of connections" },
  labTimeWaitMs: {
    value: 70_000,
    unit: "ms",
    why: "until TIME_WAIT is over for sure: 60 s, and Linux's timers may be an eighth late",
  },
  labLogCharactersMax: { value: 1_048_576, unit: "characters", why: "of a program's output that are kept" },
  labProgramReadyMs: { value: 60_000, unit: "ms", why: "for a program of the lab to be ready" },
  labScriptMs: { value: 60_000, unit: "ms", why: "for a script that builds a network" },
  labMarkMs: { value: 30_000, unit: "ms", why: "for the packet that marks a place in the recording to come by" },
  labPacketsMax: { value: 200_000, unit: "packets", why: "of one recording" },
} as const;

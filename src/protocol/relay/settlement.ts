// When is a transfer over, and was it whole? A table over what the data did and what the server said. The rule behind every
// row: 226 reaches the client only after a clean end of data on both sides, and a break is passed on as a break.
import type { CopyOutcome, Direction } from "./messages.ts";

/** `finishing`: end-of-file is on its way to the sink. `aborted`: the client sent ABOR, the data ends are gone. */
export type DataState = "opening" | "running" | CopyOutcome | "finishing" | "finished" | "aborted";

/** The server's final reply: `good` is 2yz. */
export type FinalReply = "none" | "good" | "bad";

/**
 * `finish`: deliver end-of-file to the sink. `abort`: ABOR to the server, and its data end closes once it has answered (aborts.ts). `watch`: give the other
 * half a bounded time (transfer-timers.ts). `pass`: the server's final reply goes to the client. `fail`: the client is told 426 instead.
 */
export type Step = "finish" | "abort" | "reset-downstream" | "reset-upstream" | "watch" | "pass" | "fail";

type Row = Readonly<Record<FinalReply, readonly Step[]>>;

const done: Row = { none: [], good: ["pass"], bad: ["pass"] };

const shared = {
  opening: { none: [], good: ["watch"], bad: ["pass"] },
  finished: done,
  aborted: { none: ["watch"], good: ["fail"], bad: ["pass"] },
} as const;

/** Rows: what the data did. Columns: what the server said. */
export const settlement: Readonly<Record<Direction, Readonly<Record<DataState, Row>>>> = {
  download: {
    ...shared,
    running: { none: [], good: ["watch"], bad: ["reset-downstream", "reset-upstream", "pass"] },
    // sshd turns a reset of the server's into a plain end-of-file: only the final reply tells whether the file is whole.
    eof: { none: ["watch"], good: ["finish"], bad: ["reset-downstream", "pass"] },
    finishing: { none: [], good: [], bad: ["reset-downstream", "pass"] },
    "source-broke": {
      none: ["reset-downstream", "watch"],
      good: ["reset-downstream", "fail"],
      bad: ["reset-downstream", "pass"],
    },
    "sink-broke": {
      none: ["reset-upstream", "watch"],
      good: ["reset-upstream", "fail"],
      bad: ["reset-upstream", "pass"],
    },
  },
  upload: {
    ...shared,
    running: {
      none: [],
      good: ["reset-downstream", "reset-upstream", "fail"],
      bad: ["reset-downstream", "reset-upstream", "pass"],
    },
    eof: { none: ["finish"], good: ["finish"], bad: ["reset-upstream", "pass"] },
    finishing: { none: [], good: [], bad: ["pass"] },
    "source-broke": {
      none: ["abort", "watch"],
      good: ["fail"],
      bad: ["pass"],
    },
    "sink-broke": {
      none: ["reset-downstream", "watch"],
      good: ["reset-downstream", "fail"],
      bad: ["reset-downstream", "pass"],
    },
  },
};

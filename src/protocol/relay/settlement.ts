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
export type Step = "finish" | "abort" | "reset-front" | "reset-back" | "watch" | "pass" | "fail";

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
    running: { none: [], good: ["watch"], bad: ["reset-front", "reset-back", "pass"] },
    // sshd turns a reset of the server's into a plain end-of-file: only the final reply tells whether the file is whole.
    eof: { none: ["watch"], good: ["finish"], bad: ["reset-front", "pass"] },
    finishing: { none: [], good: [], bad: ["reset-front", "pass"] },
    "source-broke": { none: ["reset-front", "watch"], good: ["reset-front", "fail"], bad: ["reset-front", "pass"] },
    "sink-broke": { none: ["reset-back", "watch"], good: ["reset-back", "fail"], bad: ["reset-back", "pass"] },
  },
  upload: {
    ...shared,
    running: { none: [], good: ["reset-front", "reset-back", "fail"], bad: ["reset-front", "reset-back", "pass"] },
    eof: { none: ["finish"], good: ["finish"], bad: ["reset-back", "pass"] },
    finishing: { none: [], good: [], bad: ["pass"] },
    "source-broke": {
      none: ["abort", "watch"],
      good: ["fail"],
      bad: ["pass"],
    },
    "sink-broke": { none: ["reset-front", "watch"], good: ["reset-front", "fail"], bad: ["reset-front", "pass"] },
  },
};

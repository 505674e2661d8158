// When is a transfer over, and was it whole? A table over what the data did and what the server said. The rule behind every
// row: 226 reaches the client only after a clean end of data on both sides, and a break is passed on as a break.
import { type Reply, replyText } from "../reply.ts";
import type { Aborts } from "./aborts.ts";
import type { DataTransfer, FinalReply } from "./data-transfer.ts";
import type { Direction } from "./messages.ts";
import { gatewayReply } from "./texts.ts";
import type { TransferQueue } from "./transfer-queue.ts";
import type { DataState } from "./transfer-states.ts";

/**
 * `finish`: deliver end-of-file to the sink. `abort`: ABOR to the server, and its data connection closes once it has answered (aborts.ts). `watch`: give the
 * other half a bounded time (transfer-timers.ts). `pass`: the server's final reply goes to the client. `fail`: the client is sent 426 instead.
 */
type Step = "finish" | "abort" | "reset-downstream" | "reset-upstream" | "watch" | "pass" | "fail";

type Row = Readonly<Record<FinalReply, readonly Step[]>>;

const done: Row = { none: [], good: ["pass"], bad: ["pass"] };

const shared = {
  idle: { none: [], good: [], bad: [] },
  opening: { none: [], good: ["watch"], bad: ["pass"] },
  finished: done,
  interrupted: { none: [], good: [], bad: [] },
  aborted: { none: ["watch"], good: ["fail"], bad: ["pass"] },
} as const;

/** Rows: what the data did. Columns: what the server said. */
export const completion: Readonly<Record<Direction, Readonly<Record<DataState, Row>>>> = {
  download: {
    ...shared,
    running: { none: [], good: ["watch"], bad: ["reset-downstream", "reset-upstream", "pass"] },
    // sshd turns a reset of the server's into a plain end-of-file: only the final reply shows whether the file is whole.
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

const breaks: Partial<Record<DataState, string>> = {
  aborted: "by the client",
  "source-broke": "the data connection broke at its source",
  "sink-broke": "the data connection broke at its receiver",
  running: "the server reported the end before all data was sent",
};

/**
 * Why a transfer counts as broken though the server may have said otherwise. Never with the word ABOR: lftp takes a reply that
 * has it for the one to ABOR, and is out of step from then on.
 */
function breakText({ data, finalReply, breakReason }: DataTransfer): string {
  const said = finalReply === undefined ? "" : ` (the server said ${finalReply.code} ${replyText(finalReply)})`;
  const why = breakReason === "" ? "" : `: ${breakReason}`;
  return `${breaks[data] ?? "the data did not arrive whole"}${why}${said}`.replaceAll("ABOR", "abort");
}

/** Does what the table says, until the client has its one final reply. */
export class Completion {
  readonly #queue: TransferQueue;
  readonly #aborts: Aborts;
  readonly #steps: Readonly<Record<Step, (transfer: DataTransfer) => void>> = {
    finish: (transfer) => transfer.moved("finish"),
    abort: (transfer) => this.#aborts.begin(transfer, "gateway"),
    "reset-downstream": (transfer) => transfer.reset("downstream"),
    "reset-upstream": (transfer) => transfer.reset("upstream"),
    // The timers read the table themselves.
    watch: () => {},
    pass: (transfer) => this.conclude(transfer, transfer.finalReply as Reply, "server"),
    fail: (transfer) => this.conclude(transfer, gatewayReply("transferBroken", breakText(transfer)), "gateway"),
  };

  constructor(queue: TransferQueue, aborts: Aborts) {
    this.#queue = queue;
    this.#aborts = aborts;
  }

  /** Its data has moved, or the server has said how it ended. */
  proceed(transfer: DataTransfer): void {
    for (const step of completion[transfer.direction][transfer.data][transfer.final]) this.#steps[step](transfer);
  }

  conclude(transfer: DataTransfer, reply: Reply, origin: "gateway" | "server"): void {
    transfer.answer(reply, origin);
    this.end(transfer);
  }

  end(transfer: DataTransfer): void {
    transfer.refusePassiveCommand("the transfer failed before");
    this.#aborts.forget(transfer);
    this.#queue.end(transfer);
    transfer.drop();
  }

  resetBoth(transfer: DataTransfer): void {
    this.resetDownstream(transfer);
    transfer.reset("upstream");
  }

  resetDownstream(transfer: DataTransfer): void {
    transfer.refusePassiveCommand("the transfer failed before");
    transfer.reset("downstream");
  }
}

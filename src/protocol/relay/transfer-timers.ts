// The bounds on a transfer's waits, and the NOOPs that keep its control connection alive. Which timers run follows from what
// the transfers are doing, so nobody has to remember to stop one.
import { limits } from "../limits.ts";
import type { Aborts } from "./aborts.ts";
import { completion } from "./completion.ts";
import type { ControlConnections } from "./control-connections.ts";
import type { DataTransfer } from "./data-transfer.ts";
import type { PortAhead } from "./port-ahead.ts";
import type { TransferQueue } from "./transfer-queue.ts";
import type { Transfers } from "./transfers.ts";

/** By what they are for: the transfer at the head, what is aborted, the session. */
const ofTransfer = ["keepalive", "data-open", "late-data", "loss-news"] as const;
const ofAborts = ["abort-hold", "abort-probe", "abort-reply"] as const;
const ofSession = ["port-ahead"] as const;
type TransferTimer = (typeof ofTransfer | typeof ofAborts | typeof ofSession)[number];

interface SessionParts {
  readonly control: ControlConnections;
  readonly queue: TransferQueue;
  readonly aborts: Aborts;
  readonly transfers: Transfers;
  readonly ahead: PortAhead;
  /** Milliseconds between NOOPs during a transfer; 0 for none. */
  readonly keepaliveMs: number;
}

export class TransferTimers {
  readonly #parts: SessionParts;
  /** What each timer that runs is for. */
  readonly #running: Map<TransferTimer, string> = new Map();
  /** There was a transfer, or an abort, when the timers of these were looked at last. */
  #hadTransfer = false;
  #hadAborts = false;
  /** What the late-data timer has looked at last, and the bytes that it saw. */
  #lateFor = "";
  #bytesSeen = -1;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** Start what is needed now, stop what is not. It comes with each input, mostly with no transfer and hardly ever with an abort. */
  update(): void {
    const { queue, aborts } = this.#parts;
    const { head } = queue;
    const hasTransfer = head !== undefined;
    const hasAborts = !aborts.isQuiet;
    if (hasTransfer || this.#hadTransfer) this.#update(ofTransfer, head);
    if (hasAborts || this.#hadAborts) this.#update(ofAborts, head);
    this.#update(ofSession, head);
    this.#hadTransfer = hasTransfer;
    this.#hadAborts = hasAborts;
  }

  #update(names: readonly TransferTimer[], head: DataTransfer | undefined): void {
    for (const name of names) {
      const purpose = this.#purpose(name, head);
      if (purpose === this.#running.get(name)) continue;
      if (purpose === undefined) {
        this.#running.delete(name);
        this.#parts.control.emit({ type: "clear-timer", name });
      } else {
        this.#running.set(name, purpose);
        this.#parts.control.emit({ type: "set-timer", name, delayMs: this.#delayOf(name) });
      }
    }
  }

  /** `bytes`: how many the transfers have carried so far. */
  fired(name: TransferTimer, bytes: number): void {
    const purpose = this.#purpose(name, this.#parts.queue.head);
    this.#running.delete(name);
    if (purpose === undefined) return;
    const { control, aborts, transfers, ahead } = this.#parts;
    if (name === "keepalive") this.#keepAlive();
    else if (name === "data-open") transfers.dataOpenLate();
    else if (name === "abort-hold") aborts.late();
    else if (name === "abort-probe") aborts.probe();
    else if (name === "port-ahead") ahead.late();
    else if (name === "loss-news") transfers.breakStands();
    else if (name === "abort-reply") control.loseStep(`it has not answered ABOR for ${limits.abortReplyMs / 1000} s`);
    else if (this.#lateFor === purpose && this.#bytesSeen === bytes) transfers.stalled();
    else {
      this.#lateFor = purpose;
      this.#bytesSeen = bytes;
    }
  }

  #delayOf(name: TransferTimer): number {
    if (name === "keepalive") return this.#parts.keepaliveMs;
    if (name === "data-open") return limits.dataOpenMs;
    if (name === "late-data") return limits.lateDataMs;
    if (name === "abort-hold") return limits.abortUploadMs;
    if (name === "loss-news") return limits.lossNewsMs;
    if (name === "port-ahead") return limits.portAheadMs;
    return name === "abort-probe" ? limits.abortProbeMs : limits.abortReplyMs;
  }

  /** What the timer is for now; undefined where it has to stop. */
  #purpose(name: TransferTimer, head: DataTransfer | undefined): string | undefined {
    const { aborts, ahead } = this.#parts;
    if (name === "abort-hold") return aborts.held;
    if (name === "abort-probe") return aborts.mayLackReply ? "session" : undefined;
    if (name === "abort-reply") return aborts.isWaiting && aborts.held === undefined ? "session" : undefined;
    if (name === "port-ahead") return ahead.isBusy && head === undefined ? "session" : undefined;
    return head && this.#purposes[name](head);
  }

  readonly #purposes: Readonly<Record<(typeof ofTransfer)[number], (head: DataTransfer) => string | undefined>> = {
    // Until the data has arrived, too: a server that is done with a transfer counts the client idle.
    keepalive: ({ hasBegun, final }) =>
      this.#parts.keepaliveMs > 0 && (hasBegun || final !== "none") ? "session" : undefined,
    "data-open": ({ id, data, hasBegun, final }) =>
      data === "opening" && (hasBegun || final === "good") ? String(id) : undefined,
    "loss-news": (head) => (this.#parts.transfers.awaitsNews(head) ? `${head.id} ${head.data}` : undefined),
    "late-data": ({ id, direction, data, final }) =>
      completion[direction][data][final].includes("watch") ? `${id} ${data} ${final}` : undefined,
  };

  #keepAlive(): void {
    const { control } = this.#parts;
    // One at a time: a server that answers only after the transfer gets no second one.
    if (!control.serverIsGone && !control.awaits("NOOP")) control.ask("NOOP", undefined);
  }
}

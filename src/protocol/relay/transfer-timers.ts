// The bounds on a transfer's waits, and the NOOPs that keep its control connection alive. Which timers run follows from what
// the transfers are doing, so nobody has to remember to stop one.
import { limits } from "../limits.ts";
import type { Exchange } from "./exchange.ts";
import type { RelayCore } from "./relay-core.ts";
import { settlement } from "./settlement.ts";
import { dataOpenMs, type Transfers } from "./transfers.ts";

/** How long one half of a transfer may wait for the other without a byte moving. */
const lateDataMs = 120_000;

type TransferTimer = "keepalive" | "data-open" | "late-data" | "abort-hold" | "abort-reply";

export class TransferTimers {
  readonly #core: RelayCore;
  readonly #transfers: Transfers;
  /** What each timer that runs is for. */
  readonly #running: Map<TransferTimer, string> = new Map();
  /** What the late-data timer has looked at last, and the bytes that it saw. */
  #lateFor = "";
  #bytesSeen = -1;

  constructor(core: RelayCore, transfers: Transfers) {
    this.#core = core;
    this.#transfers = transfers;
  }

  /** Start what is needed now, stop what is not. */
  update(): void {
    for (const name of ["keepalive", "data-open", "late-data", "abort-hold", "abort-reply"] as const) {
      const purpose = this.#purpose(name);
      if (purpose === this.#running.get(name)) continue;
      if (purpose === undefined) {
        this.#running.delete(name);
        this.#core.emit({ type: "clear-timer", name });
      } else {
        this.#running.set(name, purpose);
        this.#core.emit({ type: "set-timer", name, delayMs: this.#delayOf(name) });
      }
    }
  }

  /** `bytes`: how many the transfers have carried so far. */
  fired(name: TransferTimer, bytes: number): void {
    const purpose = this.#purpose(name);
    this.#running.delete(name);
    if (purpose === undefined) return;
    if (name === "keepalive") this.#keepAlive();
    else if (name === "data-open") this.#transfers.dataOpenLate();
    else if (name === "abort-hold") this.#transfers.aborts.late();
    else if (name === "abort-reply")
      this.#core.outOfStep ??= `it has not answered ABOR for ${limits.abortReplyMs / 1000} s`;
    else if (this.#lateFor === purpose && this.#bytesSeen === bytes) this.#transfers.stalled();
    else {
      this.#lateFor = purpose;
      this.#bytesSeen = bytes;
    }
  }

  #delayOf(name: TransferTimer): number {
    if (name === "keepalive") return this.#core.config.keepaliveMs;
    if (name === "data-open") return dataOpenMs;
    if (name === "late-data") return lateDataMs;
    return name === "abort-reply" ? limits.abortReplyMs : (this.#transfers.aborts.held?.delayMs ?? 0);
  }

  #purpose(name: TransferTimer): string | undefined {
    const { aborts } = this.#transfers;
    if (name === "abort-hold") return aborts.held?.purpose;
    if (name === "abort-reply") return aborts.isWaiting && aborts.held === undefined ? "session" : undefined;
    const { head } = this.#transfers;
    if (head?.transfer === undefined) return undefined;
    return this.#purposes[name](head, head.transfer);
  }

  readonly #purposes: Readonly<
    Record<
      Exclude<TransferTimer, `abort-${string}`>,
      (head: Exchange, transfer: NonNullable<Exchange["transfer"]>) => string | undefined
    >
  > = {
    // Until the data has arrived, too: a server that is done with a transfer counts the client idle.
    keepalive: (_head, { preliminary, final }) =>
      this.#core.config.keepaliveMs > 0 && (preliminary || final !== "none") ? "session" : undefined,
    "data-open": ({ id }, { data, preliminary, final }) =>
      data === "opening" && (preliminary || final === "good") ? String(id) : undefined,
    "late-data": ({ id }, { direction, data, final }) =>
      settlement[direction][data][final].includes("watch") ? `${id} ${data} ${final}` : undefined,
  };

  #keepAlive(): void {
    // One at a time: a server that answers only after the transfer gets no second one.
    if (this.#core.serverIsGone || this.#core.outstanding.has("NOOP")) return;
    this.#core.ask("NOOP", undefined, { verb: "NOOP", kind: "plain", onFinal: () => {} });
  }
}

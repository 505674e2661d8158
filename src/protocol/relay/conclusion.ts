// How a transfer ends: what the settlement table says is done here, and the client gets its one final reply.
import type { Reply } from "../reply.ts";
import { Aborts } from "./aborts.ts";
import type { Exchange, Transfer } from "./exchange.ts";
import type { RelayCore } from "./relay-core.ts";
import type { Slot } from "./reply-order.ts";
import { type Step, settlement } from "./settlement.ts";
import { breakText, gatewayReply } from "./texts.ts";

export class Conclusion {
  readonly aborts: Aborts;
  readonly #core: RelayCore;
  readonly #steps: Readonly<Record<Step, (exchange: Exchange, transfer: Transfer) => void>> = {
    finish: (exchange, transfer) => {
      transfer.data = "finishing";
      const side = transfer.direction === "download" ? "downstream" : "upstream";
      this.#core.emit({ type: "finish", id: exchange.id, side });
    },
    abort: (exchange) => this.aborts.begin(exchange, "gateway"),
    "reset-downstream": (exchange) => this.#core.emit({ type: "reset", id: exchange.id, side: "downstream" }),
    "reset-upstream": (exchange) => this.#core.emit({ type: "reset", id: exchange.id, side: "upstream" }),
    // The timers read the table themselves.
    watch: () => {},
    pass: (exchange, transfer) => this.conclude(exchange, transfer, transfer.finalReply as Reply, "server"),
    fail: (exchange, transfer) =>
      this.conclude(exchange, transfer, gatewayReply("transferBroken", breakText(transfer)), "gateway"),
  };

  constructor(core: RelayCore) {
    this.#core = core;
    this.aborts = new Aborts(core);
  }

  settle(exchange: Exchange, transfer: Transfer): void {
    for (const step of settlement[transfer.direction][transfer.data][transfer.final])
      this.#steps[step](exchange, transfer);
  }

  conclude(exchange: Exchange, transfer: Transfer, reply: Reply, origin: "gateway" | "server"): void {
    if (transfer.slot !== undefined) this.#core.order.answer(transfer.slot, reply, origin);
    transfer.slot = undefined;
    this.over(exchange);
  }

  answerEarly(transfer: Transfer, reply: Reply): void {
    if (transfer.slot !== undefined) this.#core.order.answer(transfer.slot, reply, "gateway");
    transfer.slot = undefined;
  }

  over(exchange: Exchange): void {
    this.#core.giveUpFront(exchange, "the transfer failed before");
    this.aborts.forget(exchange);
    this.#core.running.delete(exchange.id);
    this.#core.emit({ type: "drop", id: exchange.id });
  }

  resetBoth(exchange: Exchange): void {
    this.resetFront(exchange);
    this.#core.emit({ type: "reset", id: exchange.id, side: "upstream" });
  }

  resetFront(exchange: Exchange): void {
    this.#core.giveUpFront(exchange, "the transfer failed before");
    this.#core.emit({ type: "reset", id: exchange.id, side: "downstream" });
  }

  /** Refused before it began (550): the data ends stay for the next try, as they do at the server. */
  release(exchange: Exchange, slot: Slot, reply: Reply): void {
    this.#core.running.delete(exchange.id);
    exchange.transfer = undefined;
    exchange.refused = true;
    this.#core.order.answer(slot, reply, "server");
    // A later exchange has replaced the server's data port meanwhile.
    if (this.#core.isNewest(exchange) && exchange.front?.kind !== "default-port") this.#core.current = exchange;
    else {
      this.#core.giveUpFront(exchange, "the transfer was refused before");
      this.#core.emit({ type: "drop", id: exchange.id });
    }
  }

  /** The same with both data ends already open. */
  callOff(exchange: Exchange, transfer: Transfer, reply: Reply): void {
    this.#core.emit({ type: "call-off", id: exchange.id });
    this.#core.running.delete(exchange.id);
    if (transfer.slot !== undefined) this.#core.order.answer(transfer.slot, reply, "server");
  }
}

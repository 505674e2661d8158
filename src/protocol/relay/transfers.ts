// Transfer commands: both data ends brought together, and the server's final reply held back until the data says the same.
import type { Command } from "../command.ts";
import { type Reply, replyText } from "../reply.ts";
import type { BackPreparation } from "./back-preparation.ts";
import type { Exchange, Transfer } from "./exchange.ts";
import type { CopyOutcome, DataSide, Direction } from "./messages.ts";
import type { RelayCore } from "./relay-core.ts";
import { type DataState, type Step, settlement } from "./settlement.ts";
import { gatewayReply } from "./texts.ts";

/** How long both data ends may take to open, once the server has begun. vsftpd waits 60 s as well. */
const dataOpenMs = 60_000;
/** How long one half of a transfer may wait for the other without a byte moving. */
const lateDataMs = 120_000;

export class Transfers {
  readonly #core: RelayCore;
  readonly #back: BackPreparation;
  readonly #steps: Readonly<Record<Step, (exchange: Exchange, transfer: Transfer) => void>> = {
    finish: (exchange, transfer) => {
      transfer.data = "finishing";
      const side = transfer.direction === "download" ? "front" : "back";
      this.#core.emit({ type: "finish", id: exchange.id, side });
    },
    abort: () => this.#abortAtServer(),
    "reset-front": (exchange) => this.#core.emit({ type: "reset", id: exchange.id, side: "front" }),
    "reset-back": (exchange) => this.#core.emit({ type: "reset", id: exchange.id, side: "back" }),
    watch: (_exchange, transfer) => {
      transfer.bytesSeen = -1;
      this.#core.emit({ type: "set-timer", name: "late-data", delayMs: lateDataMs });
    },
    pass: (exchange, transfer) => this.#conclude(exchange, transfer, transfer.finalReply as Reply, "server"),
    fail: (exchange, transfer) =>
      this.#conclude(exchange, transfer, gatewayReply("transferBroken", breakText(transfer)), "gateway"),
  };

  constructor(core: RelayCore, back: BackPreparation) {
    this.#core = core;
    this.#back = back;
  }

  /** The oldest transfer that the server has not yet answered for good, or that is not yet over. */
  get head(): Exchange | undefined {
    return this.#core.running.values().next().value;
  }

  begin(exchange: Exchange, command: Command, direction: Direction): void {
    const { verb } = command;
    this.#core.current = undefined;
    if (exchange.back.state === "failed") {
      this.#core.answer(verb, gatewayReply("noDataConnection", exchange.back.failure));
      this.#core.emit({ type: "drop", id: exchange.id });
      return;
    }
    const transfer: Transfer = {
      verb,
      direction,
      slot: this.#core.order.open(verb),
      data: "opening",
      final: "none",
      finalReply: undefined,
      preliminary: false,
      bytesSeen: -1,
    };
    exchange.transfer = transfer;
    this.#core.running.set(exchange.id, exchange);
    this.connectBack(exchange);
    this.#core.forward(command, {
      verb,
      kind: "transfer",
      onPreliminary: (reply) => this.#preliminary(exchange, transfer, reply),
      onFinal: (reply) => this.#final(exchange, transfer, reply),
    });
    this.#copyIfOpen(exchange, transfer);
  }

  /** Passive towards the server: connect as soon as port and transfer are known, so that the channel is ahead of the data. */
  connectBack(exchange: Exchange): void {
    const { back } = exchange;
    if (back.state !== "ready" || exchange.transfer === undefined) return;
    if (back.method !== "epsv" && back.method !== "pasv") return;
    back.state = "opening";
    this.#core.emit({ type: "connect-back", id: exchange.id, port: back.port });
  }

  opened(exchange: Exchange, side: DataSide): void {
    if (side === "back") exchange.back.state = "open";
    else if (exchange.front !== undefined) exchange.front.state = "open";
    if (exchange.transfer !== undefined) this.#copyIfOpen(exchange, exchange.transfer);
  }

  /** A data end could not be had: the client learns it now, the server's own reply is awaited for nobody. */
  failed(exchange: Exchange, side: DataSide, text: string): void {
    const { transfer } = exchange;
    if (side === "back") this.#back.demote();
    if (transfer === undefined || transfer.data !== "opening") {
      if (side === "back") Object.assign(exchange.back, { state: "failed", failure: text });
      return;
    }
    transfer.data = side === "front" && transfer.direction === "upload" ? "source-broke" : "aborted";
    if (transfer.direction === "upload" && side === "front") this.#abortAtServer();
    this.#resetBoth(exchange);
    this.#answerEarly(transfer, gatewayReply("noDataConnection", text));
    if (transfer.final !== "none") this.#over(exchange);
  }

  copied(exchange: Exchange, outcome: CopyOutcome): void {
    if (exchange.transfer?.data === "running") this.#moved(exchange, exchange.transfer, outcome);
  }

  finished(exchange: Exchange, ok: boolean): void {
    if (exchange.transfer?.data === "finishing")
      this.#moved(exchange, exchange.transfer, ok ? "finished" : "sink-broke");
  }

  /** The client's ABOR: told to the server first, then the data ends are broken off (a server may not look before that). */
  aborted(): void {
    const exchange = this.head;
    const transfer = exchange?.transfer;
    if (exchange === undefined || transfer === undefined || transfer.final !== "none") return;
    if (transfer.data === "finished" || transfer.data === "aborted") return;
    transfer.data = "aborted";
    this.#resetBoth(exchange);
    this.#settle(exchange, transfer);
  }

  /** The client is gone, or the session ends: what is under way must not look complete to anybody. */
  abandon(tellServer: boolean): void {
    for (const exchange of [...this.#core.running.values()]) {
      const { transfer } = exchange;
      const unfinishedUpload =
        transfer?.direction === "upload" && transfer.final === "none" && transfer.data !== "finished";
      if (tellServer && unfinishedUpload) this.#abortAtServer();
      this.#resetBoth(exchange);
      this.#over(exchange);
    }
  }

  lateData(bytes: number): void {
    const exchange = this.head;
    const transfer = exchange?.transfer;
    if (exchange === undefined || transfer === undefined) return;
    if (transfer.bytesSeen !== bytes) {
      transfer.bytesSeen = bytes;
      this.#core.emit({ type: "set-timer", name: "late-data", delayMs: lateDataMs });
      return;
    }
    this.#resetBoth(exchange);
    if (transfer.final === "none") {
      this.#answerEarly(transfer, gatewayReply("transferBroken", "the FTP server does not confirm the transfer"));
      transfer.data = "aborted";
    } else {
      const why = "the FTP server reported the end, but the data connection did not end";
      this.#conclude(exchange, transfer, gatewayReply("transferBroken", why), "gateway");
    }
  }

  dataOpenLate(): void {
    const exchange = this.head;
    if (exchange?.transfer?.data !== "opening") return;
    const side = exchange.front?.state === "open" ? "back" : "front";
    const who = side === "front" ? "the FTP client did not connect" : "the FTP server did not connect";
    this.failed(exchange, side, `${who} within ${dataOpenMs / 1000} s: a firewall between us?`);
  }

  #preliminary(exchange: Exchange, transfer: Transfer, reply: Reply): void {
    transfer.preliminary = true;
    if (transfer.slot !== undefined) {
      transfer.slot.underWay = true;
      this.#core.order.preliminary(transfer.slot, reply, "server");
    }
    if (transfer.data === "opening") this.#core.emit({ type: "set-timer", name: "data-open", delayMs: dataOpenMs });
    this.#connectFront(exchange);
    if (this.#core.config.keepaliveMs > 0) {
      this.#core.emit({ type: "set-timer", name: "keepalive", delayMs: this.#core.config.keepaliveMs });
    }
  }

  #final(exchange: Exchange, transfer: Transfer, reply: Reply): void {
    transfer.final = reply.code < 300 ? "good" : "bad";
    transfer.finalReply = reply;
    if (transfer.slot !== undefined) transfer.slot.underWay = false;
    this.#core.emit({ type: "clear-timer", name: "keepalive" });
    if (transfer.final === "good") this.#connectFront(exchange);
    else if (transfer.data === "opening" && !transfer.preliminary && transfer.slot !== undefined) {
      this.#release(exchange, transfer, reply);
      return;
    }
    this.#settle(exchange, transfer);
  }

  /** Refused before it began (550): the data ends stay for the next try, as they do at the server. */
  #release(exchange: Exchange, transfer: Transfer, reply: Reply): void {
    this.#core.running.delete(exchange.id);
    exchange.transfer = undefined;
    if (transfer.slot !== undefined) this.#core.order.answer(transfer.slot, reply, "server");
    if (this.#core.current === undefined && exchange.front?.kind !== "default-port") this.#core.current = exchange;
    else this.#core.emit({ type: "drop", id: exchange.id });
  }

  #connectFront(exchange: Exchange): void {
    const { front } = exchange;
    if (front === undefined || front.kind === "passive" || front.state !== "idle") return;
    front.state = "opening";
    this.#core.emit({ type: "connect-front", id: exchange.id, to: front.target ?? "default-port" });
  }

  #copyIfOpen(exchange: Exchange, transfer: Transfer): void {
    if (exchange.front?.state !== "open" || exchange.back.state !== "open" || transfer.data !== "opening") return;
    transfer.data = "running";
    this.#core.emit({ type: "clear-timer", name: "data-open" });
    this.#core.emit({ type: "copy", id: exchange.id, direction: transfer.direction });
  }

  #moved(exchange: Exchange, transfer: Transfer, data: DataState): void {
    transfer.data = data;
    this.#settle(exchange, transfer);
  }

  #settle(exchange: Exchange, transfer: Transfer): void {
    for (const step of settlement[transfer.direction][transfer.data][transfer.final])
      this.#steps[step](exchange, transfer);
  }

  #conclude(exchange: Exchange, transfer: Transfer, reply: Reply, origin: "gateway" | "server"): void {
    if (transfer.slot !== undefined) this.#core.order.answer(transfer.slot, reply, origin);
    transfer.slot = undefined;
    this.#over(exchange);
  }

  #answerEarly(transfer: Transfer, reply: Reply): void {
    if (transfer.slot !== undefined) this.#core.order.answer(transfer.slot, reply, "gateway");
    transfer.slot = undefined;
  }

  #over(exchange: Exchange): void {
    this.#core.running.delete(exchange.id);
    this.#core.emit({ type: "clear-timer", name: "late-data" });
    this.#core.emit({ type: "clear-timer", name: "data-open" });
    this.#core.emit({ type: "drop", id: exchange.id });
  }

  #resetBoth(exchange: Exchange): void {
    this.#core.emit({ type: "reset", id: exchange.id, side: "front" });
    this.#core.emit({ type: "reset", id: exchange.id, side: "back" });
  }

  #abortAtServer(): void {
    const ignore = (): void => {};
    this.#core.ask("ABOR", undefined, { verb: "ABOR", kind: "overtaking", onFinal: ignore });
  }
}

function breakText(transfer: Transfer): string {
  const said =
    transfer.finalReply === undefined
      ? ""
      : ` (the server said ${transfer.finalReply.code} ${replyText(transfer.finalReply)})`;
  const why: Partial<Record<DataState, string>> = {
    aborted: "by ABOR",
    "source-broke": "the data connection broke at its source",
    "sink-broke": "the data connection broke at its receiver",
    running: "the server reported the end before all data was sent",
  };
  return `${why[transfer.data] ?? "the data did not arrive whole"}${said}`;
}

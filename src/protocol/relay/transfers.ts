// Transfer commands: both data ends brought together, and the server's final reply held back until the data says the same.
import type { Command } from "../command.ts";
import type { Reply } from "../reply.ts";
import type { Aborts } from "./aborts.ts";
import type { BackPreparation } from "./back-preparation.ts";
import { Conclusion } from "./conclusion.ts";
import type { Exchange, Transfer } from "./exchange.ts";
import type { CopyOutcome, DataSide, Direction } from "./messages.ts";
import type { RelayCore } from "./relay-core.ts";
import type { Slot } from "./reply-order.ts";
import type { DataState } from "./settlement.ts";
import { explained, gatewayReply } from "./texts.ts";

/** How long both data ends may take to open, once the server has begun. vsftpd waits 60 s as well. */
export const dataOpenMs = 60_000;

export class Transfers {
  readonly #core: RelayCore;
  readonly #back: BackPreparation;
  readonly #conclusion: Conclusion;

  constructor(core: RelayCore, back: BackPreparation) {
    this.#core = core;
    this.#back = back;
    this.#conclusion = new Conclusion(core);
  }

  /** The oldest transfer that the server has not yet answered for good, or that is not yet over. */
  get aborts(): Aborts {
    return this.#conclusion.aborts;
  }

  get head(): Exchange | undefined {
    return this.#core.running.values().next().value;
  }

  begin(exchange: Exchange, command: Command, direction: Direction): void {
    const { verb } = command;
    this.#core.current = undefined;
    exchange.refused = false;
    const restarted = this.#core.restSent;
    this.#core.restSent = false;
    this.#core.pretSent = false;
    const transfer: Transfer = {
      verb,
      command,
      restarted,
      direction,
      slot: this.#core.order.open(verb),
      data: "opening",
      final: "none",
      finalReply: undefined,
      preliminary: false,
    };
    exchange.transfer = transfer;
    this.#core.running.set(exchange.id, exchange);
    this.connectBack(exchange);
    this.#core.forward(command, {
      verb,
      kind: "transfer",
      // Before the server has all of an upload, nothing that is good news is about it.
      mayBeDone: () => direction === "download" || (transfer.data !== "opening" && transfer.data !== "running"),
      onPreliminary: (reply) => this.#preliminary(exchange, transfer, reply),
      onFinal: (reply) => this.#final(exchange, transfer, reply),
    });
    this.#copyIfOpen(exchange, transfer);
  }

  /** As soon as port and transfer are known, so that the channel is ahead of the data. */
  connectBack(exchange: Exchange): void {
    if (exchange.transfer?.data === "opening") this.#back.connect(exchange);
  }

  opened(exchange: Exchange, side: DataSide): void {
    if (side === "upstream") this.#back.opened(exchange);
    else if (exchange.front !== undefined) exchange.front.state = "open";
    if (exchange.transfer !== undefined) this.#copyIfOpen(exchange, exchange.transfer);
  }

  /** A data end could not be had: the client learns it now, the server's own reply is awaited for nobody. */
  failed(exchange: Exchange, side: DataSide, text: string): void {
    const { transfer } = exchange;
    if (side === "upstream") this.#back.demote();
    if (transfer === undefined || transfer.data !== "opening") {
      if (side === "upstream") Object.assign(exchange.back, { state: "failed", failure: text });
      return;
    }
    transfer.data = side === "downstream" && transfer.direction === "upload" ? "source-broke" : "aborted";
    this.#conclusion.resetFront(exchange);
    if (transfer.direction === "upload" && side === "downstream" && transfer.final === "none")
      this.aborts.begin(exchange, "gateway");
    else this.#core.emit({ type: "reset", id: exchange.id, side: "upstream" });
    this.#conclusion.answerEarly(transfer, gatewayReply("noDataConnection", text));
    if (transfer.final !== "none") this.#conclusion.over(exchange);
  }

  copied(exchange: Exchange, outcome: CopyOutcome): void {
    if (exchange.transfer?.data === "running") this.#moved(exchange, exchange.transfer, outcome);
  }

  finished(exchange: Exchange, ok: boolean): void {
    if (exchange.transfer?.data === "finishing")
      this.#moved(exchange, exchange.transfer, ok ? "finished" : "sink-broke");
  }

  /**
   * The client's ABOR, which is on its way to the server: the client's data end breaks at once, the server's when it has answered.
   * Also when the server is done and the client has not yet read it all: it may not mean to.
   */
  aborted(): void {
    const exchange = this.head;
    const transfer = exchange?.transfer;
    if (exchange === undefined || transfer === undefined) return;
    if (transfer.data === "finished" || transfer.data === "aborted") return;
    this.#conclusion.resetFront(exchange);
    if (this.#core.serverIsGone) this.#core.emit({ type: "reset", id: exchange.id, side: "upstream" });
    else this.aborts.begin(exchange, "client");
    this.#moved(exchange, transfer, "aborted");
  }

  /** What the server has not confirmed must not look complete to anybody; with `all`, nothing else either. */
  abandon(options: { readonly tellServer: boolean; readonly all: boolean }): void {
    for (const exchange of [...this.#core.running.values()]) {
      const { transfer } = exchange;
      if (!options.all && transfer?.final === "good" && transfer.slot !== undefined) continue;
      const unfinishedUpload =
        transfer?.direction === "upload" && transfer.final === "none" && transfer.data !== "finished";
      if (options.tellServer && unfinishedUpload) {
        this.#conclusion.resetFront(exchange);
        this.aborts.begin(exchange, "gateway");
        transfer.data = "aborted";
      } else {
        this.#conclusion.resetBoth(exchange);
        this.#conclusion.over(exchange);
      }
    }
  }

  /** No byte has moved for long, though one half of the transfer waits for the other. */
  stalled(): void {
    const exchange = this.head;
    const transfer = exchange?.transfer;
    if (exchange === undefined || transfer === undefined) return;
    // Given up before: what waits behind it waits for ever.
    if (transfer.slot === undefined) this.#core.outOfStep ??= `it does not say how ${transfer.verb} ended`;
    this.#conclusion.resetBoth(exchange);
    if (transfer.final === "none") {
      this.#conclusion.answerEarly(
        transfer,
        gatewayReply("transferBroken", "the FTP server does not confirm the transfer"),
      );
      transfer.data = "aborted";
    } else {
      const why = "the FTP server reported the end, but the data connection did not end";
      this.#conclusion.conclude(exchange, transfer, gatewayReply("transferBroken", why), "gateway");
    }
  }

  dataOpenLate(): void {
    const exchange = this.head;
    if (exchange?.transfer?.data !== "opening") return;
    const side = exchange.front?.state === "open" ? "upstream" : "downstream";
    const who = side === "downstream" ? "the FTP client did not connect" : "the FTP server did not connect";
    this.failed(exchange, side, `${who} within ${dataOpenMs / 1000} s: a firewall between us?`);
  }

  #preliminary(exchange: Exchange, transfer: Transfer, reply: Reply): void {
    // Pure-FTPd says 150 once more when a download breaks.
    if (transfer.data === "aborted" && transfer.preliminary) return;
    transfer.preliminary = true;
    if (transfer.slot !== undefined) {
      transfer.slot.underWay = true;
      this.#core.order.preliminary(transfer.slot, reply, "server");
    }
    this.#connectFront(exchange, transfer);
  }

  #final(exchange: Exchange, transfer: Transfer, said: Reply): void {
    const reply = explained(said, exchange.back.warning);
    transfer.final = reply.code < 300 ? "good" : "bad";
    transfer.finalReply = reply;
    this.aborts.ended(exchange, transfer);
    if (transfer.slot !== undefined) transfer.slot.underWay = false;
    const refused = transfer.final === "bad" && !transfer.preliminary && transfer.slot !== undefined;
    if (refused && transfer.data === "opening") this.#conclusion.release(exchange, transfer.slot as Slot, reply);
    else if (refused && transfer.data === "running") this.#conclusion.callOff(exchange, transfer, reply);
    else {
      if (transfer.final === "good") this.#connectFront(exchange, transfer);
      this.#conclusion.settle(exchange, transfer);
    }
  }

  #connectFront(exchange: Exchange, transfer: Transfer): void {
    const { front } = exchange;
    // Not for a transfer that was given up meanwhile.
    if (transfer.data !== "opening" || front === undefined) return;
    if (front.kind === "passive" || front.state !== "idle") return;
    front.state = "opening";
    this.#core.emit({ type: "connect-downstream", id: exchange.id, to: front.target ?? "default-port" });
  }

  #copyIfOpen(exchange: Exchange, transfer: Transfer): void {
    if (exchange.front?.state !== "open" || exchange.back.state !== "open" || transfer.data !== "opening") return;
    transfer.data = "running";
    this.#core.emit({ type: "copy", id: exchange.id, direction: transfer.direction });
  }

  #moved(exchange: Exchange, transfer: Transfer, data: DataState): void {
    transfer.data = data;
    this.#conclusion.settle(exchange, transfer);
  }

  /** A transfer that never reached the server: its REST must not become the next one's. */
  takeBackRest(): void {
    if (!this.#core.restSent) return;
    this.#core.restSent = false;
    this.#core.ask("REST", "0", { verb: "REST", kind: "plain", onFinal: () => {} });
  }
}

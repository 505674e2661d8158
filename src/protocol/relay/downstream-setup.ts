// PASV, EPSV, LPSV, PORT, EPRT, LPRT of a logged-in client: the gateway is the server here and answers them itself.
import { argumentText, type Command } from "../command.ts";
import { passiveReply, readDataCommand } from "../data-commands.ts";
import type { HostPort } from "../host-port.ts";
import type { Reply } from "../reply.ts";
import type { ControlConnections } from "./control-connections.ts";
import type { DataTransfer } from "./data-transfer.ts";
import type { RelayConfig } from "./messages.ts";
import type { TransferQueue } from "./transfer-queue.ts";
import type { UpstreamSetup } from "./upstream-setup.ts";

export class DownstreamSetup {
  readonly #control: ControlConnections;
  readonly #config: RelayConfig;
  readonly #queue: TransferQueue;
  readonly #upstream: UpstreamSetup;
  #epsvAll = false;

  constructor(control: ControlConnections, config: RelayConfig, queue: TransferQueue, upstream: UpstreamSetup) {
    this.#control = control;
    this.#config = config;
    this.#queue = queue;
    this.#upstream = upstream;
  }

  handle(command: Command): void {
    const { verb } = command;
    const { family, clientHost: client, judgeTarget: judge } = this.#config;
    const context = { epsvAll: this.#epsvAll, family, client, judge };
    const outcome = readDataCommand(verb, argumentText(command), context);
    if (outcome.act === "listen") this.#listen(verb);
    else if (outcome.act === "connect") this.#connect(verb, outcome.target, outcome.reply);
    else {
      if (outcome.act === "epsv-all") this.#epsvAll = true;
      if (outcome.act === "forget" && this.#queue.next !== undefined) supersede(this.#queue.next);
      this.#control.answer(verb, outcome.reply);
    }
  }

  listening(transfer: DataTransfer, address: HostPort): void {
    const command = transfer.takePassiveCommand();
    if (command === undefined) return;
    const reply = passiveReply(command.verb, address);
    this.#control.reply(command.slot, reply, "gateway");
    if (reply.code >= 400) transfer.forgetDownstream();
  }

  /** The listener could not be had, or broke. */
  listenFailed(transfer: DataTransfer, text: string): void {
    if (transfer.refusePassiveCommand(text)) transfer.loseDownstream();
  }

  /** For the next transfer command, with no data connection to the client as yet. */
  fresh(): DataTransfer {
    // What a server keeps of PASV or PORT after a refusal, each server decides for itself: ask again.
    if (this.#queue.next?.wasRefused) this.abandon();
    const { next } = this.#queue;
    if (next === undefined) return this.#queue.create();
    supersede(next);
    if (next.upstream === "failed") next.withdrawUpstream();
    return next;
  }

  /** What was prepared for the next transfer is void. */
  abandon(text?: string): void {
    const { next } = this.#queue;
    if (next !== undefined) supersede(next, text);
    this.#queue.forgetNext();
  }

  reinitialise(): void {
    this.#epsvAll = false;
    this.#upstream.ahead.forget();
    this.abandon("REIN");
  }

  #listen(verb: string): void {
    const transfer = this.fresh();
    transfer.listenDownstream({ verb, slot: this.#control.openSlot(verb) });
    this.#upstream.begin(transfer);
  }

  #connect(verb: string, target: HostPort, reply: Reply): void {
    const transfer = this.fresh();
    transfer.setTarget(target);
    this.#control.answer(verb, reply);
    this.#upstream.begin(transfer);
  }
}

function supersede(transfer: DataTransfer, text = "superseded by the next command"): void {
  transfer.refusePassiveCommand(text);
  transfer.forgetDownstream();
}

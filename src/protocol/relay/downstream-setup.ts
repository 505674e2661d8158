// PASV, EPSV, LPSV, PORT, EPRT, LPRT of a logged-in client: the gateway is the server here and answers them itself.
import { argumentText, type Command } from "../command.ts";
import { parseEprt } from "../extended-address.ts";
import { atClient, type HostPort, parsePort } from "../host-port.ts";
import { parseLprt } from "../long-address.ts";
import { ownEntry } from "../own-entry.ts";
import type { ControlConnections } from "./control-connections.ts";
import type { DataTransfer } from "./data-transfer.ts";
import type { RelayConfig } from "./messages.ts";
import { argumentReply, gatewayReply, passiveReply } from "./texts.ts";
import type { TransferQueue } from "./transfer-queue.ts";
import type { UpstreamSetup } from "./upstream-setup.ts";

const portParsers: Readonly<Record<string, (argument: string) => HostPort>> = {
  PORT: parsePort,
  EPRT: parseEprt,
  LPRT: parseLprt,
};

const superseded = "superseded by the next command";

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
    if (this.#epsvAll && verb !== "EPSV") this.#control.answer(verb, gatewayReply("afterEpsvAll", verb));
    else if (Object.hasOwn(portParsers, verb)) this.#port(command);
    else this.#passive(command);
  }

  listening(transfer: DataTransfer, address: HostPort): void {
    const command = transfer.takePassiveCommand();
    if (command === undefined) return;
    try {
      this.#control.reply(command.slot, passiveReply(command.verb, address), "gateway");
    } catch (error) {
      // An address that 227 cannot carry: IPv6, or a name.
      this.#control.reply(command.slot, gatewayReply("noDataConnection", (error as Error).message), "gateway");
      transfer.forgetDownstream();
    }
  }

  /** The listener could not be had, or broke. */
  listenFailed(transfer: DataTransfer, text: string): void {
    if (transfer.refusePassiveCommand(text)) transfer.loseDownstream();
  }

  /** For the next transfer command, with no data connection to the client as yet. */
  fresh(): DataTransfer {
    // What a server keeps of PASV or PORT after a refusal, each server decides for itself: ask again.
    if (this.#queue.next?.wasRefused) this.abandon(superseded);
    const { next } = this.#queue;
    if (next === undefined) return this.#queue.create();
    supersede(next, superseded);
    if (next.upstream === "failed") next.withdrawUpstream();
    return next;
  }

  /** What was prepared for the next transfer is void. */
  abandon(text: string): void {
    const { next } = this.#queue;
    if (next !== undefined) supersede(next, text);
    this.#queue.forgetNext();
  }

  reinitialise(): void {
    this.#epsvAll = false;
    this.abandon("REIN");
  }

  #passive(command: Command): void {
    const { verb } = command;
    const argument = argumentText(command).trim().toUpperCase();
    const family = String(this.#config.frontFamily === 4 ? 1 : 2);
    if (verb === "EPSV" && argument === "ALL") {
      this.#epsvAll = true;
      this.#control.answer(verb, gatewayReply("epsvAll"));
    } else if (verb === "EPSV" && argument !== "" && argument !== family) {
      this.#control.answer(verb, gatewayReply("wrongFamily", family));
    } else if (verb === "PASV" && this.#config.frontFamily === 6) {
      this.#control.answer(verb, gatewayReply("pasvNeedsIpv4"));
    } else {
      const transfer = this.fresh();
      transfer.listenDownstream({ verb, slot: this.#control.openSlot(verb) });
      this.#upstream.begin(transfer);
    }
  }

  #port(command: Command): void {
    const { verb } = command;
    let target: HostPort;
    try {
      const parsed = (ownEntry(portParsers, verb) as (argument: string) => HostPort)(argumentText(command));
      target = atClient(parsed, this.#config.clientHost);
    } catch (error) {
      this.#forget();
      this.#control.answer(verb, argumentReply(verb, error));
      return;
    }
    const verdict = this.#config.judgePort(target);
    if (!verdict.allowed) {
      this.#forget();
      this.#control.answer(verb, gatewayReply("portRefused", verb, verdict.why));
      return;
    }
    const transfer = this.fresh();
    transfer.setTarget(target);
    this.#control.answer(verb, gatewayReply("portAccepted", verb));
    this.#upstream.begin(transfer);
  }

  /** A refused PORT forgets the earlier one, so that the next transfer does not go where nobody asked (RFC 2577). */
  #forget(): void {
    if (this.#queue.next !== undefined) supersede(this.#queue.next, superseded);
  }
}

function supersede(transfer: DataTransfer, text: string): void {
  transfer.refusePassiveCommand(text);
  transfer.forgetDownstream();
}

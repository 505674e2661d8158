// What the relay does with each command of the client.

import { parseFeatures } from "../client/features.ts";
import type { Command } from "../command.ts";
import type { CommandEvent } from "../command-receiver.ts";
import { type CommandRow, findCommand } from "../command-table.ts";
import { relayFeatures } from "../features.ts";
import { limits } from "../limits.ts";
import { ownEntry } from "../own-entry.ts";
import type { Reply } from "../reply.ts";
import type { BackPreparation } from "./back-preparation.ts";
import type { FrontSetup } from "./front-setup.ts";
import type { RelayCore } from "./relay-core.ts";
import type { Slot } from "./reply-order.ts";
import { gatewayReply } from "./texts.ts";
import type { Transfers } from "./transfers.ts";

/** A line of the client that gets an answer. */
export type ClientLine = Extract<CommandEvent, { readonly type: "command" | "malformed" }>;

/** Answered while a transfer runs. QUIT may be sent then too, but lets the transfer finish (RFC 959 section 4.1.1). */
const overtakers: ReadonlySet<string> = new Set(["ABOR", "NOOP", "STAT"]);

export class Commands {
  readonly #core: RelayCore;
  readonly #front: FrontSetup;
  readonly #back: BackPreparation;
  readonly #transfers: Transfers;
  /** Lines behind one that waits, so that every reply keeps its place. */
  readonly #held: ClientLine[] = [];
  quitting = false;

  constructor(core: RelayCore, front: FrontSetup, back: BackPreparation, transfers: Transfers) {
    this.#core = core;
    this.#front = front;
    this.#back = back;
    this.#transfers = transfers;
  }

  get heldCount(): number {
    return this.#held.length;
  }

  receive(line: ClientLine): void {
    if (this.#held.length > 0 || this.#mustWait(line)) this.#held.push(line);
    else this.#dispatch(line);
  }

  /** Something happened: perhaps what was waited for. */
  resume(): void {
    for (let next = this.#held[0]; next !== undefined; next = this.#held[0]) {
      if (this.#mustWait(next)) return;
      this.#held.shift();
      this.#dispatch(next);
    }
  }

  /** A transfer, REST which must stand directly before it (RFC 959 section 4.1.3), and what prepares it. */
  #mustWait(line: ClientLine): boolean {
    // A server that leaves out a reply then would give us the next command's in its place.
    if (this.#transfers.aborts.isWaiting) return true;
    if (line.type === "malformed") return false;
    const { relay, verb } = findCommand(line.command.verb) ?? {};
    const setup = relay === "answer";
    if (!(setup || relay === "transfer" || verb === "REST")) return false;
    // The answer to the login decides what becomes of it.
    if (!this.#core.loggedIn) return this.#core.outstanding.has("USER", "PASS", "ACCT");
    const needsExchange = setup || this.#core.current === undefined;
    if (needsExchange && this.#core.running.size >= limits.pipelinedTransfersMax) return true;
    // REST goes before a transfer that is not known yet.
    if (setup || (verb === "REST" && this.#back.waitsForTransfer)) return false;
    return !this.#backIsReady(line.command);
  }

  #backIsReady(command: Command): boolean {
    // Neither PORT nor PASV: RFC 959's default data ports, and a back end is needed all the same.
    const exchange = this.#core.current ?? this.#front.fresh();
    this.#back.begin(exchange, command);
    return this.#back.mayFollow(exchange);
  }

  #dispatch(line: ClientLine): void {
    if (line.type === "malformed") {
      this.#core.answer("malformed", gatewayReply("malformed", line.reason));
      return;
    }
    const { command } = line;
    const row = findCommand(command.verb);
    if (row?.relay === "answer") this.#front.handle(command);
    else if (row?.relay === "refuse") this.#core.answer(command.verb, gatewayReply("tlsRefused", command.verb));
    else if (row?.relay === "transfer" && this.#core.loggedIn) this.#transfer(command, row);
    else this.#pass(command, row);
  }

  #transfer(command: Command, row: CommandRow): void {
    const exchange = this.#core.current ?? this.#front.fresh();
    const { refusal } = exchange.back;
    if (refusal !== undefined) {
      // Told before the command was sent: as after a 550 the client may try another name on the same data ends.
      Object.assign(exchange.back, { state: "unprepared", failure: "", refusal: undefined });
      this.#core.pretSent = false;
      this.#core.order.answer(this.#core.order.open(command.verb), refusal, "server");
      this.#transfers.takeBackRest();
      return;
    }
    if (exchange.back.state === "failed") {
      this.#core.answer(command.verb, gatewayReply("noDataConnection", exchange.back.failure));
      this.#front.abandon(exchange.back.failure);
      this.#transfers.takeBackRest();
      return;
    }
    exchange.front ??= { kind: "default-port", state: "idle" };
    this.#transfers.begin(exchange, command, row.data ?? "download");
  }

  #pass(command: Command, row: CommandRow | undefined): void {
    const { verb } = command;
    const slot = this.#core.order.open(verb, overtakers.has(row?.verb ?? ""));
    this.#core.forward(command, {
      verb,
      kind: "plain",
      onPreliminary: (reply) => this.#core.order.preliminary(slot, reply, "server"),
      onFinal: (reply) => this.#answered(verb, slot, reply),
    });
    if (verb === "REST") this.#core.restSent = true;
    if (verb === "PRET") this.#core.pretSent = true;
    if (verb === "ABOR") this.#transfers.aborted();
    if (verb === "QUIT") this.quitting = true;
  }

  #answered(verb: string, slot: Slot, reply: Reply): void {
    if (verb === "ABOR") this.#transfers.aborts.answered();
    if (reply.code < 300) ownEntry(this.#consequences, verb)?.();
    if (verb === "FEAT" && parseFeatures(reply).has("PRET")) this.#core.config.memory.wantsPret = true;
    this.#core.order.answer(slot, verb === "FEAT" ? relayFeatures(reply) : reply, "server");
  }

  readonly #loggedIn = (): void => {
    this.#core.loggedIn = true;
  };

  /** What a good final reply to a forwarded command means for the session. */
  readonly #consequences: Readonly<Record<string, () => void>> = {
    USER: this.#loggedIn,
    PASS: this.#loggedIn,
    ACCT: this.#loggedIn,
    REIN: () => {
      this.#core.loggedIn = false;
      this.#core.epsvAll = false;
      this.#front.abandon("REIN");
    },
  };
}

// What the relay does with each command of the client.
import type { Command } from "../command.ts";
import { type CommandRow, findCommand } from "../command-table.ts";
import { relayFeatures } from "../features.ts";
import type { Reply } from "../reply.ts";
import type { BackPreparation } from "./back-preparation.ts";
import type { Exchange } from "./exchange.ts";
import type { FrontSetup } from "./front-setup.ts";
import type { RelayCore } from "./relay-core.ts";
import type { Slot } from "./reply-order.ts";
import { gatewayReply } from "./texts.ts";
import type { Transfers } from "./transfers.ts";

/** What a good final reply to a forwarded command means for the session. */
const consequences: Readonly<Record<string, (core: RelayCore, reply: Reply) => void>> = {
  USER: loggedIn,
  PASS: loggedIn,
  ACCT: loggedIn,
  REIN: (core) => {
    core.loggedIn = false;
    core.epsvAll = false;
    if (core.current !== undefined) core.emit({ type: "drop", id: core.current.id });
    core.current = undefined;
  },
};

function loggedIn(core: RelayCore, reply: Reply): void {
  if (reply.code < 300) core.loggedIn = true;
}

export class Commands {
  readonly #core: RelayCore;
  readonly #front: FrontSetup;
  readonly #back: BackPreparation;
  readonly #transfers: Transfers;
  /** Commands behind a transfer that waits for its back end. */
  readonly #held: Command[] = [];
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

  receive(command: Command): void {
    if (this.#held.length > 0 || this.#mustWait(command)) this.#held.push(command);
    else this.#dispatch(command);
  }

  /** A back end became ready, or failed: what waited for it goes on. */
  resume(): void {
    for (let next = this.#held[0]; next !== undefined; next = this.#held[0]) {
      if (this.#mustWait(next)) return;
      this.#held.shift();
      this.#dispatch(next);
    }
  }

  /** A transfer, and REST which must stand directly before it (RFC 959 section 4.1.3), wait for a back end not yet proven. */
  #mustWait(command: Command): boolean {
    const transfer = findCommand(command.verb)?.relay === "transfer";
    if (!this.#core.loggedIn || !(transfer || command.verb === "REST")) return false;
    // Neither PORT nor PASV: RFC 959's default data ports, and a back end is needed all the same.
    const exchange = this.#core.current ?? this.#front.fresh();
    this.#back.begin(exchange);
    return !this.#back.mayFollow(exchange);
  }

  #dispatch(command: Command): void {
    const row = findCommand(command.verb);
    if (row?.relay === "answer") this.#front.handle(command);
    else if (row?.relay === "refuse") this.#core.answer(command.verb, gatewayReply("tlsRefused", command.verb));
    else if (row?.relay === "transfer" && this.#core.loggedIn) this.#transfer(command, row);
    else this.#pass(command, row);
  }

  #transfer(command: Command, row: CommandRow): void {
    const exchange = this.#core.current as Exchange;
    exchange.front ??= { kind: "default-port", state: "idle" };
    this.#transfers.begin(exchange, command, row.data ?? "download");
  }

  #pass(command: Command, row: CommandRow | undefined): void {
    const { verb } = command;
    const overtakes = row?.duringTransfer === true;
    const slot = this.#core.order.open(verb, overtakes);
    this.#core.forward(command, {
      verb,
      kind: overtakes ? "overtaking" : "plain",
      onPreliminary: (reply) => this.#core.order.preliminary(slot, reply, "server"),
      onFinal: (reply) => this.#answered(verb, slot, reply),
    });
    if (verb === "ABOR") this.#transfers.aborted();
    if (verb === "QUIT") this.quitting = true;
  }

  #answered(verb: string, slot: Slot, reply: Reply): void {
    consequences[verb]?.(this.#core, reply);
    this.#core.order.answer(slot, verb === "FEAT" ? relayFeatures(reply) : reply, "server");
  }
}

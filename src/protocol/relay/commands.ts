// What the relay does with each command of the client.

import type { Command } from "../command.ts";
import type { CommandEvent } from "../command-receiver.ts";
import { type CommandRow, findCommand } from "../command-table.ts";
import { noDataConnection } from "../data-commands.ts";
import { parseFeatures, relayFeatures } from "../features.ts";
import { limits } from "../limits.ts";
import { ownEntry } from "../own-entry.ts";
import type { Reply } from "../reply.ts";
import type { Aborts } from "./aborts.ts";
import type { ControlConnections } from "./control-connections.ts";
import type { DownstreamSetup } from "./downstream-setup.ts";
import type { DownstreamTls } from "./downstream-tls.ts";
import type { FileHashes } from "./file-hashes.ts";
import type { ServerMemory } from "./messages.ts";
import type { Slot } from "./reply-order.ts";
import type { SessionRecord } from "./session-record.ts";
import { gatewayReply } from "./texts.ts";
import type { TransferQueue } from "./transfer-queue.ts";
import type { Transfers } from "./transfers.ts";
import type { UpstreamSetup } from "./upstream-setup.ts";
import type { UpstreamTls } from "./upstream-tls.ts";

/** A line of the client that gets an answer. */
export type ClientLine = Extract<CommandEvent, { readonly type: "command" | "malformed" }>;

/** Answered while a transfer runs. QUIT may be sent then too, but lets the transfer finish (RFC 959 section 4.1.1). */
const overtakers: ReadonlySet<string> = new Set(["ABOR", "NOOP", "STAT"]);

interface SessionParts {
  readonly control: ControlConnections;
  readonly upstreamTls: UpstreamTls;
  readonly downstreamTls: DownstreamTls;
  readonly memory: ServerMemory;
  readonly queue: TransferQueue;
  readonly downstream: DownstreamSetup;
  readonly upstream: UpstreamSetup;
  readonly aborts: Aborts;
  readonly transfers: Transfers;
  /** Receives what the server answers to the client's commands. */
  readonly record: SessionRecord | undefined;
  /** Wants to know how the server reports checksums. */
  readonly hashes: FileHashes | undefined;
}

export class Commands {
  readonly #parts: SessionParts;
  /** Lines behind one that waits, so that every reply keeps its place. */
  readonly #held: ClientLine[] = [];
  #isLoggedIn = false;
  /** The USER that the login under way began with. */
  #user: Command | undefined;
  /** The server has REST and not yet the transfer that it is for. */
  #restSent = false;
  #quitting = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  get heldCount(): number {
    return this.#held.length;
  }

  get isLoggedIn(): boolean {
    return this.#isLoggedIn;
  }

  /** QUIT has been sent to the server. */
  get quitting(): boolean {
    return this.#quitting;
  }

  /** By a reply to USER, PASS or ACCT, or by the greeting. */
  readonly loggedIn = (): void => {
    this.#isLoggedIn = true;
    this.#user = undefined;
    this.#parts.upstreamTls.loggedIn();
    this.#parts.hashes?.learn();
  };

  /** A 421 by which the server only means that it wants TLS, and that answers the one command that it has. */
  isCurable(reply: Reply): boolean {
    const { control, upstreamTls } = this.#parts;
    return (
      !this.#isLoggedIn && control.outstanding === 1 && control.awaits("USER", "PASS") && upstreamTls.isDemanded(reply)
    );
  }

  /** Until there is a server again. */
  hold(line: ClientLine): void {
    this.#held.push(line);
  }

  receive(line: ClientLine): void {
    if (this.#held.length > 0 || this.#waits(line)) this.#held.push(line);
    else this.#dispatch(line);
  }

  /** Something happened: perhaps what was waited for. */
  resume(): void {
    for (let next = this.#held[0]; next !== undefined; next = this.#held[0]) {
      if (this.#waits(next)) return;
      this.#held.shift();
      this.#dispatch(next);
    }
  }

  /** A transfer, REST which must stand directly before it (RFC 959 section 4.1.3), and what prepares it. */
  #waits(line: ClientLine): boolean {
    const { control, upstreamTls, downstreamTls, queue, upstream, aborts } = this.#parts;
    if (upstreamTls.isBusy || downstreamTls.isBusy) return true;
    // A server that leaves out a reply then would give us the next command's in its place.
    if (aborts.isWaiting) return true;
    if (line.type === "malformed") return false;
    const row = findCommand(line.command.verb);
    const { relay, verb } = row ?? {};
    if (verb === "PASS" && upstreamTls.isUndecided && control.awaits("USER")) return true;
    // Its answer is the last thing that is sent in the clear.
    if (verb === "AUTH" && control.unanswered > 0) return true;
    const setup = relay === "answer";
    if (this.#refusalOf(line.command, row) !== undefined) return false;
    if (!(setup || relay === "transfer" || verb === "REST")) return false;
    // The answer to the login decides what becomes of it.
    if (!this.#isLoggedIn) return control.awaits("USER", "PASS", "ACCT");
    const needsTransfer = setup || queue.next === undefined;
    if (needsTransfer && queue.runningCount >= limits.pipelinedTransfersMax) return true;
    // REST goes before a transfer that is not known yet.
    if (setup || (verb === "REST" && upstream.waitsForTransfer)) return false;
    return !this.#isUpstreamReady(line.command);
  }

  #isUpstreamReady(command: Command): boolean {
    const { queue, downstream, upstream } = this.#parts;
    // Neither PORT nor PASV: RFC 959's default data ports, and a data connection to the server is needed all the same.
    const transfer = queue.next ?? downstream.fresh();
    upstream.begin(transfer, command);
    return upstream.mayFollow(transfer);
  }

  #dispatch(line: ClientLine): void {
    const { control, downstream, downstreamTls } = this.#parts;
    if (line.type === "malformed") {
      control.answer("malformed", gatewayReply("malformed", line.reason));
      return;
    }
    const { command } = line;
    const row = findCommand(command.verb);
    const refusal = this.#refusalOf(command, row);
    if (refusal !== undefined) control.answer(command.verb, refusal);
    else if (row?.relay === "answer" && !this.#isLoggedIn) control.answer(command.verb, gatewayReply("loginFirst"));
    else if (row?.relay === "answer") downstream.handle(command);
    else if (row?.relay === "refuse") downstreamTls.handle(command, this.#isLoggedIn || this.#user !== undefined);
    else if (row?.relay === "transfer" && this.#isLoggedIn) this.#transfer(command, row);
    else this.#pass(command, row);
  }

  /** By the operator's rule about the client's TLS. */
  #refusalOf({ verb }: Command, row: CommandRow | undefined): Reply | undefined {
    return this.#parts.downstreamTls.refuse(verb, row?.relay === "transfer" && this.#isLoggedIn);
  }

  #transfer(command: Command, row: CommandRow): void {
    const { control, queue, downstream, upstream, transfers } = this.#parts;
    const transfer = queue.next ?? downstream.fresh();
    const { refusal, failure } = transfer;
    if (refusal !== undefined) {
      // Answered before the command was sent: as after a 550 the client may try another name on the same data connections.
      upstream.refusedAhead(transfer);
      control.answer(command.verb, refusal, "server");
      this.#takeBackRest();
    } else if (transfer.upstream === "failed") {
      control.answer(command.verb, noDataConnection(failure));
      downstream.abandon(failure);
      this.#takeBackRest();
    } else {
      if (transfer.downstream === "none") transfer.setTarget("default-port");
      const restarted = this.#restSent;
      this.#restSent = false;
      transfers.begin(transfer, command, row.data ?? "download", restarted);
    }
  }

  /** Of a transfer that never reached the server: it must not become the next one's. */
  #takeBackRest(): void {
    if (!this.#restSent) return;
    this.#restSent = false;
    this.#parts.record?.transferBegins();
    this.#parts.control.ask("REST", "0");
  }

  #pass(command: Command, row: CommandRow | undefined): void {
    const { control, upstream, transfers } = this.#parts;
    const { verb } = command;
    this.#forward(command, control.openSlot(verb, overtakers.has(row?.verb ?? "")));
    if (verb === "USER" && !this.#isLoggedIn) this.#user = command;
    if (verb === "REST") this.#restSent = true;
    if (verb === "PRET") upstream.announced();
    if (verb === "ABOR") transfers.aborted();
    if (verb === "QUIT") this.#quitting = true;
  }

  #forward(command: Command, slot: Slot): void {
    const { control } = this.#parts;
    control.forward(command, {
      verb: command.verb,
      kind: "plain",
      onPreliminary: (reply) => control.preliminary(slot, reply),
      onFinal: (reply) => this.#answered(command, slot, reply),
    });
  }

  #answered(command: Command, slot: Slot, reply: Reply): void {
    const { control, upstreamTls, downstreamTls, memory, aborts, record } = this.#parts;
    const { verb } = command;
    if (!this.#isLoggedIn && upstreamTls.isDemanded(reply)) {
      const secured = (): void => this.#sendAgain(command, slot);
      upstreamTls.meet(reply, secured, (refusal) => control.reply(slot, refusal, "gateway"));
      return;
    }
    // Where a CWD has led, PWD says at once: nobody waits for it.
    if (record?.answered(command, reply)) control.ask("PWD", undefined, (where) => record.directoryIs(where));
    if (verb === "ABOR") aborts.answered();
    if (reply.code < 300) ownEntry(this.#consequences, verb)?.();
    if (verb === "FEAT" && parseFeatures(reply).has("PRET")) memory.wantsPret = true;
    control.reply(slot, verb === "FEAT" ? relayFeatures(reply, downstreamTls.features) : reply, "server");
  }

  /** Inside TLS the server remembers nothing of a login that began before it. */
  #sendAgain(command: Command, slot: Slot): void {
    const user = this.#user;
    if (command.verb !== "PASS" || user === undefined) {
      this.#forward(command, slot);
      return;
    }
    this.#parts.control.forward(user, {
      verb: "USER",
      kind: "plain",
      onFinal: (reply) => (reply.code === 331 ? this.#forward(command, slot) : this.#answered(user, slot, reply)),
    });
  }

  /** What a good final reply to a forwarded command means for the session. */
  readonly #consequences: Readonly<Record<string, () => void>> = {
    USER: this.loggedIn,
    PASS: this.loggedIn,
    ACCT: this.loggedIn,
    REIN: () => {
      this.#isLoggedIn = false;
      this.#parts.downstream.reinitialise();
    },
  };
}

// Both control connections of a session: what is sent on them, what the server still has to answer, and what the client awaits.
import { type Command, formatCommand } from "../command.ts";
import { Redaction } from "../redaction.ts";
import { formatReply, type Reply } from "../reply.ts";
import type { DataSide, RelayAction } from "./messages.ts";
import { Outstanding, type Pending } from "./outstanding.ts";
import { isOurs, isStrange } from "./reply-meaning.ts";
import { ReplyOrder, type Slot } from "./reply-order.ts";

export class ControlConnections {
  readonly #actions: RelayAction[] = [];
  readonly #outstanding: Outstanding = new Outstanding();
  readonly #order: ReplyOrder;
  /** What the trace may show. Nothing that goes on the wire passes through it. */
  readonly #redaction: Redaction = new Redaction();
  #serverIsGone = false;
  #serverIsAway = false;
  #clientIsGone = false;
  #outOfStep: string | undefined;
  #isClosed = false;
  /** Each command and reply is shown. */
  #showsAll = true;

  constructor() {
    this.#order = new ReplyOrder(({ reply, origin, mayWait }) => {
      if (!this.#clientIsGone) this.#send(reply, origin, mayWait);
    });
  }

  emit(action: RelayAction): void {
    this.#actions.push(this.#shown(action));
  }

  takeActions(): RelayAction[] {
    return this.#actions.splice(0);
  }

  /** From now on commands and replies are not shown, but for what we ourselves refuse: for nobody they are not put together. */
  showLess(): void {
    this.#showsAll = false;
  }

  note(note: string): void {
    this.emit({ type: "note", note });
  }

  warn(note: string): void {
    this.emit({ type: "warning", note });
  }

  // The client.

  /** Commands that it has sent and whose final reply it has not. */
  get unanswered(): number {
    return this.#order.length;
  }

  received(command: Command): void {
    this.#showSent("downstream", "client", command);
  }

  openSlot(verb: string, overtakes = false): Slot {
    return this.#order.open(verb, overtakes);
  }

  /** `mayWait`: for a moment, since nobody does anything at this reply but wait for the next one. */
  preliminary(slot: Slot, reply: Reply, mayWait = false): void {
    this.#order.preliminary(slot, reply, mayWait);
  }

  reply(slot: Slot, reply: Reply, origin: "gateway" | "server"): void {
    this.#order.answer(slot, reply, origin);
  }

  /** Answer a command that the server does not see. */
  answer(verb: string, reply: Reply, origin: "gateway" | "server" = "gateway"): void {
    this.reply(this.openSlot(verb), reply, origin);
  }

  /** Past all order: after 421 nothing else is answered. */
  sendLast(reply: Reply, origin: "gateway" | "server"): void {
    this.#send(reply, origin);
  }

  /** It is sent nothing more: it went away, or has been sent 421. */
  stopClient(): void {
    this.#clientIsGone = true;
  }

  // The server.

  /** It has said this. */
  heard(reply: Reply): void {
    if (this.#showsAll) this.emit({ type: "replied", side: "upstream", origin: "server", reply });
  }

  get serverIsGone(): boolean {
    return this.#serverIsGone || this.#serverIsAway;
  }

  /** Its control connection is over: nothing can be sent to it. */
  loseServer(): void {
    this.#serverIsGone = true;
  }

  /** How many commands have been sent to it and not been answered. */
  get outstanding(): number {
    return this.#outstanding.length;
  }

  /** Its control connection is lost, and another one is being made. */
  sendAway(): void {
    this.#serverIsAway = true;
  }

  /** The session with it is as it was, or will not be again. */
  bringBack(): void {
    this.#serverIsAway = false;
    this.#outOfStep = undefined;
  }

  /** What was asked on a connection that is given up: nobody answers it. */
  takeOutstanding(): readonly Pending[] {
    return this.#outstanding.takeAll();
  }

  /** It has sent what may be the answer to one command or to another. */
  get isUndecided(): boolean {
    return this.#outstanding.isUndecided;
  }

  /** To the new server, what the old one has not answered. */
  resend(pending: Pending): void {
    if (pending.sent !== undefined) this.#command(pending.sent.origin, pending.sent.command, pending);
  }

  /** One of these commands has been sent to it and not been answered. */
  awaits(...verbs: readonly string[]): boolean {
    return this.#outstanding.has(...verbs);
  }

  /** What it sends next answers this. */
  expect(pending: Pending): void {
    this.#outstanding.push(pending);
  }

  /** Hands its reply to the command that it answers; false when nobody asked. */
  receive(reply: Reply): boolean {
    return this.#outstanding.receive(reply);
  }

  /** Forward a client's command, parsed and written again. `gateway`: one like it that is ours. */
  forward(command: Command, pending: Pending, origin: "client" | "gateway" = "client"): void {
    const { onFinal } = pending;
    this.#command(origin, command, {
      ...pending,
      onFinal: (reply) => {
        // It answers a command of ours, and the client's would get the next one.
        if (isOurs(reply.code)) this.loseStep(`it said ${reply.code} to ${command.verb}`);
        else onFinal(reply);
      },
    });
  }

  /** A command that the gateway itself thought of. */
  ask(verb: string, argument: Command["argument"], onFinal?: (reply: Reply) => void): void {
    this.repeat({ verb, argument, iac: "none" }, onFinal);
  }

  /** A command that the client sent to another server before. */
  repeat(command: Command, onFinal: (reply: Reply) => void = () => {}): void {
    const { verb } = command;
    const strange = (reply: Reply): void => this.loseStep(`it said ${reply.code} to our ${verb}`);
    this.#command("gateway", command, {
      verb,
      kind: "plain",
      onPreliminary: strange,
      onFinal: (reply) => (isStrange(verb, reply.code) ? strange(reply) : onFinal(reply)),
    });
  }

  /** The server has left out its reply to this command. */
  complete(verb: string, reply: Reply): void {
    this.#outstanding.complete(verb, reply);
  }

  // The session.

  /** Size of the replies that wait: for their turn, or for the next one to show whose they are. */
  get waitingBytes(): number {
    return this.#order.waitingBytes + this.#outstanding.waitingBytes;
  }

  /** Why the server's replies and our commands do not belong together any more. */
  get outOfStep(): string | undefined {
    return this.#outOfStep;
  }

  loseStep(why: string): void {
    this.#outOfStep ??= why;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(reason: string): void {
    this.#isClosed = true;
    this.emit({ type: "close", reason });
  }

  #send(reply: Reply, origin: "gateway" | "server", mayWait = false): void {
    if (this.#showsAll || (origin === "gateway" && reply.code >= 400))
      this.emit({ type: "replied", side: "downstream", origin, reply });
    this.emit({ type: "write-downstream", bytes: formatReply(reply), ...(mayWait && { mayWait }) });
  }

  #command(origin: "client" | "gateway", command: Command, pending: Pending): void {
    const { verb, argument, iac } = command;
    this.#outstanding.push({ ...pending, sent: { origin, command } });
    this.#showSent("upstream", origin, command);
    this.emit({ type: "write-upstream", bytes: formatCommand(verb, argument, iac === "none" ? "doubled" : iac) });
  }

  #showSent(side: DataSide, origin: "client" | "gateway", command: Command): void {
    if (this.#showsAll) this.emit({ type: "sent", side, origin, line: this.#redaction.command(command) });
    else this.#redaction.follow(command);
  }

  /** The action as a trace may show it. */
  #shown(action: RelayAction): RelayAction {
    if (action.type === "replied") return { ...action, reply: this.#redaction.reply(action.reply) };
    if (action.type === "note" || action.type === "warning")
      return { ...action, note: this.#redaction.text(action.note) };
    if (action.type === "close") return { ...action, reason: this.#redaction.text(action.reason) };
    return action;
  }
}

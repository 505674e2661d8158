// What the parts of the relay machine share: the session's state, and the ways to write to either side.

import { type Command, formatCommand, type IacSpelling } from "../command.ts";
import { Redaction } from "../redaction.ts";
import { formatReply, type Reply } from "../reply.ts";
import type { Secret } from "../secret.ts";
import type { BackMethod, Exchange } from "./exchange.ts";
import type { RelayAction, RelayConfig } from "./messages.ts";
import { Outstanding, type Pending } from "./outstanding.ts";
import { isOurs, isStrange } from "./reply-meaning.ts";
import { ReplyOrder } from "./reply-order.ts";
import { gatewayReply } from "./texts.ts";

/** The methods that a mode tries, in order. */
const backMethods: Readonly<Record<RelayConfig["backMode"], readonly BackMethod[]>> = {
  auto: ["epsv", "pasv", "active"],
  passive: ["epsv", "pasv"],
  active: ["active"],
  "default-port": ["default-port"],
};

export class RelayCore {
  readonly config: RelayConfig;
  readonly methods: readonly BackMethod[];
  readonly outstanding: Outstanding = new Outstanding();
  readonly order: ReplyOrder;
  readonly #actions: RelayAction[] = [];
  /** What the trace may show. Nothing that goes on the wire passes through it. */
  readonly redaction: Redaction = new Redaction();
  #exchangeIdLast = 0;

  /** The exchange that the next transfer will use. */
  current: Exchange | undefined;
  /** Exchanges whose transfer is outstanding, by id. */
  readonly running: Map<number, Exchange> = new Map();
  loggedIn = false;
  epsvAll = false;
  /** The server has REST and not yet the transfer that it is for. */
  restSent = false;
  /** The client itself has told the server which transfer comes. */
  pretSent = false;
  /** Index into `methods`: what has worked, or is to be tried, in this session. */
  methodIndex = 0;
  /** The current method has worked in this session, so a transfer need not wait for its reply. */
  methodProven = false;
  /** Its control connection is over: nothing can be told to it. */
  serverIsGone = false;
  /** It is told nothing more: it went away, or has been told 421. */
  clientIsGone = false;
  /** Why the server's replies and our commands do not belong together any more. */
  outOfStep: string | undefined;
  closed = false;

  constructor(config: RelayConfig) {
    this.config = config;
    this.methods = backMethods[config.backMode];
    this.order = new ReplyOrder((reply, origin) => {
      if (this.clientIsGone) return;
      this.emit({ type: "replied", side: "downstream", origin, reply });
      this.emit({ type: "write-downstream", bytes: formatReply(reply) });
    });
  }

  emit(action: RelayAction): void {
    this.#actions.push(this.#shown(action));
  }

  takeActions(): RelayAction[] {
    return this.#actions.splice(0);
  }

  note(note: string): void {
    this.emit({ type: "note", note });
  }

  warn(note: string): void {
    this.emit({ type: "warning", note });
  }

  nextExchangeId(): number {
    this.#exchangeIdLast += 1;
    return this.#exchangeIdLast;
  }

  isNewest(exchange: Exchange): boolean {
    return exchange.id === this.#exchangeIdLast;
  }

  findExchange(id: number): Exchange | undefined {
    return this.current?.id === id ? this.current : this.running.get(id);
  }

  /** A listener that will never be: the passive command that waits for it is answered, so that it does not hold up all replies behind it. */
  giveUpFront({ front }: Exchange, text: string): void {
    if (front?.asked === undefined) return;
    const { slot } = front.asked;
    front.asked = undefined;
    this.order.answer(slot, gatewayReply("noDataConnection", text), "gateway");
  }

  /** Answer a command that the server does not see. */
  answer(verb: string, reply: Reply): void {
    this.order.answer(this.order.open(verb), reply, "gateway");
  }

  /** Forward a client's command, parsed and written again. */
  forward(command: Command, pending: Pending): void {
    const { onFinal } = pending;
    this.#send("client", command.verb, command.argument, command.iac, {
      ...pending,
      onFinal: (reply) => {
        // It answers a command of ours, and the client's would get the next one.
        if (isOurs(reply.code)) this.outOfStep ??= `it said ${reply.code} to ${command.verb}`;
        else onFinal(reply);
      },
    });
  }

  /** A command that the gateway itself thought of. */
  ask(verb: string, argument: string | undefined, { onFinal, ...pending }: Pending): void {
    const strange = (reply: Reply): void => {
      this.outOfStep ??= `it said ${reply.code} to our ${verb}`;
    };
    this.#send("gateway", verb, argument, "none", {
      ...pending,
      onPreliminary: strange,
      onFinal: (reply) => (isStrange(verb, reply.code) ? strange(reply) : onFinal(reply)),
    });
  }

  /** The action as a trace may show it. */
  #shown(action: RelayAction): RelayAction {
    if (action.type === "replied") return { ...action, reply: this.redaction.reply(action.reply) };
    if (action.type === "note" || action.type === "warning")
      return { ...action, note: this.redaction.text(action.note) };
    if (action.type === "close") return { ...action, reason: this.redaction.text(action.reason) };
    return action;
  }

  #send(
    origin: "client" | "gateway",
    verb: string,
    argument: string | Secret | undefined,
    iac: IacSpelling,
    pending: Pending,
  ): void {
    this.outstanding.push(pending);
    this.emit({ type: "told", side: "upstream", origin, line: this.redaction.command({ verb, argument, iac }) });
    this.emit({ type: "write-upstream", bytes: formatCommand(verb, argument, iac === "none" ? "doubled" : iac) });
  }
}

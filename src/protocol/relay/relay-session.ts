// The relay machine: one FTP session between a client and a server, data connections included. Pure: facts in, actions out.

import { type CommandEvent, CommandReceiver } from "../command-receiver.ts";
import { limits } from "../limits.ts";
import { printable } from "../printable.ts";
import type { Reply } from "../reply.ts";
import { type ReplyEvent, ReplyReceiver, skippedNote } from "../reply-receiver.ts";
import { tooManyUnknown, UnknownCommands } from "../unknown-commands.ts";
import { BackPreparation } from "./back-preparation.ts";
import { type ClientLine, Commands } from "./commands.ts";
import { Farewell } from "./farewell.ts";
import { FrontSetup } from "./front-setup.ts";
import type { RelayAction, RelayConfig, RelayInput } from "./messages.ts";
import { RelayCore } from "./relay-core.ts";
import type { Slot } from "./reply-order.ts";
import { TransferTimers } from "./transfer-timers.ts";
import { Transfers } from "./transfers.ts";

/** How long a server may take for its greeting. */
const greetingMs = 60_000;

type Handlers = { readonly [Type in RelayInput["type"]]: (input: Extract<RelayInput, { type: Type }>) => void };

export class RelaySession {
  readonly #core: RelayCore;
  readonly #front: FrontSetup;
  readonly #back: BackPreparation;
  readonly #transfers: Transfers;
  readonly #timers: TransferTimers;
  readonly #commands: Commands;
  readonly #farewell: Farewell;
  readonly #fromClient: CommandReceiver = new CommandReceiver(() => this.#core.loggedIn);
  readonly #unknown: UnknownCommands = new UnknownCommands();
  readonly #fromServer: ReplyReceiver = new ReplyReceiver();
  #greeted = false;
  #unsolicited = 0;
  /** The reply that is coming in may be over. */
  #replyIsDoubtful = false;

  constructor(config: RelayConfig) {
    this.#core = new RelayCore(config);
    this.#back = new BackPreparation(this.#core, (exchange) => this.#transfers.connectBack(exchange));
    this.#front = new FrontSetup(this.#core, this.#back);
    this.#transfers = new Transfers(this.#core, this.#back);
    this.#timers = new TransferTimers(this.#core, this.#transfers);
    this.#commands = new Commands(this.#core, this.#front, this.#back, this.#transfers);
    this.#farewell = new Farewell(this.#core, this.#transfers, this.#commands);
    this.#expectGreeting();
  }

  /** Transfers that are not over; the driver may wait for them when it closes. */
  get transfersRunning(): number {
    return this.#core.running.size;
  }

  /** The transfer of this exchange has begun, as the server and so the client says (150). */
  isUnderWay(id: number): boolean {
    return this.#core.findExchange(id)?.transfer?.preliminary === true;
  }

  /** What the constructor itself wants done. */
  start(): RelayAction[] {
    return this.#core.takeActions();
  }

  handle(input: RelayInput): RelayAction[] {
    if (!this.#core.closed) (this.#handlers[input.type] as (input: RelayInput) => void)(input);
    this.#goOn();
    return this.#core.takeActions();
  }

  readonly #handlers: Handlers = {
    "client-bytes": ({ bytes }) => {
      if (this.#farewell.isParting) return;
      for (const event of this.#fromClient.receive(bytes)) if (!this.#core.closed) this.#clientEvent(event);
    },
    "server-bytes": ({ bytes }) => {
      this.#serverEvents(this.#fromServer.receive(bytes));
      if (this.#core.closed) return;
      if (this.#fromServer.isDoubtful) {
        this.#core.emit({ type: "set-timer", name: "reply-end", delayMs: limits.replyEndMs });
        this.#replyIsDoubtful = true;
      } else if (this.#replyIsDoubtful) {
        this.#core.emit({ type: "clear-timer", name: "reply-end" });
        this.#replyIsDoubtful = false;
      }
    },
    "client-ended": () => this.#farewell.isParting || this.#farewell.clientEnded(),
    "client-gone": () => this.#farewell.clientGone(),
    "server-gone": ({ text }) => this.#serverGone(text),
    "downstream-listening": ({ id, address }) => this.#with(id, (exchange) => this.#front.listening(exchange, address)),
    "upstream-listening": ({ id, address, warning }) =>
      this.#with(id, (exchange) => this.#back.listening(exchange, address, warning)),
    "data-open": ({ id, side }) => {
      // The server has gone on, so its reply is over.
      if (side === "upstream") this.#serverEvents(this.#fromServer.settle());
      this.#with(id, (exchange) => this.#transfers.opened(exchange, side));
    },
    "data-failed": ({ id, side, text }) =>
      this.#with(id, (exchange) => {
        if (side === "downstream") this.#front.listenFailed(exchange, text);
        if (side === "upstream" && exchange.back.state === "listening") this.#back.listenFailed(exchange, text);
        else if (side === "upstream" && exchange.transfer === undefined) this.#back.connectFailed(exchange, text);
        else this.#transfers.failed(exchange, side, text);
      }),
    copied: ({ id, outcome }) => this.#with(id, (exchange) => this.#transfers.copied(exchange, outcome)),
    finished: ({ id, ok }) => this.#with(id, (exchange) => this.#transfers.finished(exchange, ok)),
    timer: ({ name, bytes }) => {
      if (name === "greeting") this.#greetingLate();
      else if (name === "reply-end") this.#serverEvents(this.#fromServer.settle());
      else this.#timers.fired(name, bytes);
    },
    shutdown: ({ text }) => this.#farewell.now(text),
  };

  #with(id: number, act: (exchange: NonNullable<ReturnType<RelayCore["findExchange"]>>) => void): void {
    const exchange = this.#core.findExchange(id);
    if (exchange !== undefined) act(exchange);
  }

  /** After each input: what waited for it goes on, and what must not pile up is looked at. */
  #goOn(): void {
    if (this.#core.closed) return;
    if (this.#core.outOfStep !== undefined && !this.#core.serverIsGone)
      this.#farewell.now(this.#outOfStep(this.#core.outOfStep));
    if (this.#core.closed) return;
    if (!this.#core.serverIsGone && !this.#farewell.isParting) this.#commands.resume();
    if (this.#core.order.waitingBytes + this.#core.outstanding.waitingBytes > limits.controlBufferBytesMax) {
      this.#farewell.now("too many replies wait for the client behind one that does not come");
      return;
    }
    this.#farewell.goOn();
    if (!this.#core.closed) this.#timers.update();
  }

  /** Whatever it says next would be taken for the answer to something else. */
  #outOfStep(what: string): string {
    return `the replies of ${this.#core.config.target} do not fit the commands any more: ${what}. Connect again.`;
  }

  #expectGreeting(): void {
    const slot: Slot = this.#core.order.open("greeting");
    this.#core.outstanding.push({
      verb: "greeting",
      kind: "plain",
      onPreliminary: (reply) => this.#core.order.preliminary(slot, reply, "server"),
      onFinal: (reply) => {
        this.#greeted = true;
        if (reply.code === 230) this.#core.loggedIn = true;
        this.#core.emit({ type: "clear-timer", name: "greeting" });
        this.#core.order.answer(slot, reply, "server");
      },
    });
    this.#core.emit({ type: "set-timer", name: "greeting", delayMs: greetingMs });
  }

  #greetingLate(): void {
    if (this.#greeted) return;
    const { target } = this.#core.config;
    const text = `${target} accepted the connection but sent no FTP greeting for ${greetingMs / 1000} s`;
    this.#farewell.now(`${text}${this.#instead()}.`);
  }

  #serverGone(text: string | undefined): void {
    this.#serverEvents(this.#fromServer.settle());
    if (this.#core.closed) return;
    if (this.#greeted || this.#fromServer.skippedLine === undefined) this.#farewell.serverGone(text);
    else
      this.#farewell.now(
        `${this.#core.config.target} hung up without an FTP greeting${this.#instead()}. Is it an FTP server?`,
      );
  }

  /** What a server says that does not greet. */
  #instead(): string {
    const line = this.#fromServer.skippedLine;
    return line === undefined ? "" : `; it sent "${printable(line, 80)}"`;
  }

  #clientEvent(event: CommandEvent): void {
    if (event.type === "telnet-answer") this.#core.emit({ type: "write-downstream", bytes: event.bytes });
    else if (event.type === "failure") this.#farewell.now(event.error.message);
    else if (event.type === "foreign") this.#farewell.silently(`the client speaks ${event.protocol}, not FTP`);
    else this.#clientLine(event);
  }

  #clientLine(line: ClientLine): void {
    if (this.#core.order.length + this.#commands.heldCount >= limits.pipelinedCommandsMax) {
      this.#farewell.now(`more than ${limits.pipelinedCommandsMax} commands without waiting for a reply`);
      return;
    }
    if (line.type === "command") {
      this.#core.emit({
        type: "told",
        side: "downstream",
        origin: "client",
        line: this.#core.redaction.command(line.command),
      });
    }
    if (line.type === "command" && !this.#core.loggedIn && this.#unknown.add(line.command.verb)) {
      this.#farewell.now(tooManyUnknown);
      return;
    }
    if (!this.#core.serverIsGone) this.#commands.receive(line);
    // 421 will answer all of it; but who asks for an end gets one.
    else if (line.type === "command" && line.command.verb === "ABOR") this.#transfers.aborted();
  }

  #serverEvents(events: readonly ReplyEvent[]): void {
    for (const event of events) if (!this.#core.closed) this.#serverEvent(event);
  }

  #serverEvent(event: ReplyEvent): void {
    if (event.type === "skipped") {
      this.#core.note(skippedNote(event.line));
      return;
    }
    if (event.type === "failure") {
      this.#farewell.now(`${this.#core.config.target} does not speak FTP: ${event.error.message}`);
      return;
    }
    const { reply } = event;
    this.#core.emit({ type: "replied", side: "upstream", origin: "server", reply });
    if (reply.code === 421) this.#farewell.serverGone(`the FTP server said ${reply.lines[0]}`, reply);
    else if (!this.#core.outstanding.receive(reply)) this.#unasked(reply);
  }

  /** A reply to no command would be taken for the answer to the next one: it goes no further. */
  #unasked(reply: Reply): void {
    this.#unsolicited += 1;
    this.#core.note(`the server sent a reply that nobody asked for, dropped: ${reply.lines[0]}`);
    if (this.#unsolicited > limits.unsolicitedRepliesMax) {
      this.#farewell.now(`${this.#core.config.target} sends replies that nobody asked for`);
    }
  }
}

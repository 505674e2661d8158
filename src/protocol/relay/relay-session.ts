// The relay machine: one FTP session between a client and a server, data connections included. Pure: facts in, actions out.

import { describeCommand } from "../command.ts";
import { type CommandEvent, CommandReceiver } from "../command-receiver.ts";
import { limits } from "../limits.ts";
import { formatReply, type Reply } from "../reply.ts";
import { type ReplyEvent, ReplyReceiver } from "../reply-receiver.ts";
import { BackPreparation } from "./back-preparation.ts";
import { Commands } from "./commands.ts";
import { FrontSetup } from "./front-setup.ts";
import type { RelayAction, RelayConfig, RelayInput, TimerName } from "./messages.ts";
import { RelayCore } from "./relay-core.ts";
import type { Slot } from "./reply-order.ts";
import { gatewayReply } from "./texts.ts";
import { Transfers } from "./transfers.ts";

/** How long a server may take for its greeting. */
const greetingMs = 60_000;

type Handlers = { readonly [Type in RelayInput["type"]]: (input: Extract<RelayInput, { type: Type }>) => void };

export class RelaySession {
  readonly #core: RelayCore;
  readonly #front: FrontSetup;
  readonly #back: BackPreparation;
  readonly #transfers: Transfers;
  readonly #commands: Commands;
  readonly #fromClient: CommandReceiver = new CommandReceiver();
  readonly #fromServer: ReplyReceiver = new ReplyReceiver();
  #greeted = false;
  #serverSaid421 = false;
  #clientEnded = false;
  #unsolicited = 0;

  constructor(config: RelayConfig) {
    this.#core = new RelayCore(config);
    this.#back = new BackPreparation(this.#core, (exchange) => {
      this.#transfers.connectBack(exchange);
      this.#commands.resume();
    });
    this.#front = new FrontSetup(this.#core, this.#back);
    this.#transfers = new Transfers(this.#core, this.#back);
    this.#commands = new Commands(this.#core, this.#front, this.#back, this.#transfers);
    this.#expectGreeting();
  }

  /** Transfers that are not over; the driver may wait for them when it closes. */
  get transfersRunning(): number {
    return this.#core.running.size;
  }

  /** What the constructor itself wants done. */
  start(): RelayAction[] {
    return this.#core.takeActions();
  }

  handle(input: RelayInput): RelayAction[] {
    if (!this.#core.closed) (this.#handlers[input.type] as (input: RelayInput) => void)(input);
    return this.#core.takeActions();
  }

  readonly #handlers: Handlers = {
    "client-bytes": ({ bytes }) => {
      for (const event of this.#fromClient.receive(bytes)) if (!this.#core.closed) this.#clientEvent(event);
    },
    "server-bytes": ({ bytes }) => {
      for (const event of this.#fromServer.receive(bytes)) if (!this.#core.closed) this.#serverEvent(event);
      if (this.#clientEnded) this.#closeIfAnswered();
    },
    "client-ended": () => {
      this.#clientEnded = true;
      if (this.#core.running.size > 0) this.#clientGone();
      else this.#closeIfAnswered();
    },
    "client-gone": () => this.#clientGone(),
    "server-gone": ({ text }) => {
      const said = this.#serverSaid421 || (this.#commands.quitting && this.#core.order.length === 0);
      this.#end(text ?? "the FTP server closed the control connection", !said);
    },
    "front-listening": ({ id, address }) => this.#with(id, (exchange) => this.#front.listening(exchange, address)),
    "back-listening": ({ id, address }) => this.#with(id, (exchange) => this.#back.listening(exchange, address)),
    "data-open": ({ id, side }) => this.#with(id, (exchange) => this.#transfers.opened(exchange, side)),
    "data-failed": ({ id, side, text }) =>
      this.#with(id, (exchange) => {
        if (side === "front" && this.#front.listenFailed(exchange, text)) return;
        if (side === "back" && exchange.back.state === "listening") this.#back.listenFailed(exchange, text);
        else this.#transfers.failed(exchange, side, text);
      }),
    copied: ({ id, outcome }) => this.#with(id, (exchange) => this.#transfers.copied(exchange, outcome)),
    finished: ({ id, ok }) => this.#with(id, (exchange) => this.#transfers.finished(exchange, ok)),
    timer: ({ name, bytes }) => this.#timers[name](bytes),
    shutdown: ({ text }) => this.#end(text, true),
  };

  readonly #timers: Readonly<Record<TimerName, (bytes: number) => void>> = {
    keepalive: () => this.#keepAlive(),
    "data-open": () => this.#transfers.dataOpenLate(),
    "late-data": (bytes) => this.#transfers.lateData(bytes),
    greeting: () => {
      if (this.#greeted) return;
      const { target } = this.#core.config;
      this.#end(`${target} accepted the connection but sent no FTP greeting for ${greetingMs / 1000} s.`, true);
    },
  };

  #with(id: number, act: (exchange: NonNullable<ReturnType<RelayCore["findExchange"]>>) => void): void {
    const exchange = this.#core.findExchange(id);
    if (exchange !== undefined) act(exchange);
  }

  /** A client that dies in mid-transfer sends end-of-file as well: its half upload must not look whole. */
  #clientGone(): void {
    this.#transfers.abandon(true);
    this.#close("the client is gone");
  }

  #closeIfAnswered(): void {
    if (!this.#core.closed && this.#core.order.length === 0) this.#close("the client is done");
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

  #clientEvent(event: CommandEvent): void {
    if (event.type === "telnet-answer") this.#core.emit({ type: "write-front", bytes: event.bytes });
    else if (event.type === "failure") this.#end(event.error.message, true);
    else if (event.type === "foreign") this.#close(`the client speaks ${event.protocol}, not FTP`);
    else if (event.type === "malformed") this.#core.answer("malformed", gatewayReply("malformed", event.reason));
    else if (this.#core.order.length + this.#commands.heldCount >= limits.pipelinedCommandsMax) {
      this.#end(`more than ${limits.pipelinedCommandsMax} commands without waiting for a reply`, true);
    } else {
      this.#core.emit({ type: "told", side: "front", origin: "client", line: describeCommand(event.command) });
      this.#commands.receive(event.command);
    }
  }

  #serverEvent(event: ReplyEvent): void {
    if (event.type === "failure") {
      this.#end(`${this.#core.config.target} does not speak FTP: ${event.error.message}`, true);
      return;
    }
    const { reply } = event;
    this.#core.emit({ type: "replied", side: "back", origin: "server", reply });
    if (reply.code === 421) this.#said421(reply);
    else if (!this.#core.outstanding.receive(reply)) this.#unasked(reply);
  }

  /** 421 may come at any time: the server is closing (RFC 959 section 5.4). */
  #said421(reply: Reply): void {
    this.#serverSaid421 = true;
    this.#transfers.abandon(false);
    this.#sayLast(reply, "server");
    this.#close(`the FTP server said ${reply.lines[0]}`);
  }

  /** A reply to no command would be taken for the answer to the next one: it goes no further. */
  #unasked(reply: Reply): void {
    this.#unsolicited += 1;
    this.#core.note(`the server sent a reply that nobody asked for, dropped: ${reply.lines[0]}`);
    if (this.#unsolicited > limits.unsolicitedRepliesMax) {
      this.#end(`${this.#core.config.target} sends replies that nobody asked for`, true);
    }
  }

  #keepAlive(): void {
    const { outstanding, config } = this.#core;
    if (this.#transfers.head?.transfer?.final !== "none") return;
    this.#core.emit({ type: "set-timer", name: "keepalive", delayMs: config.keepaliveMs });
    // One at a time: a server that answers only after the transfer gets no second one.
    if (outstanding.has("NOOP")) return;
    this.#core.ask("NOOP", undefined, { verb: "NOOP", kind: "overtaking", onFinal: () => {} });
  }

  /** The session is over: 421 to the client unless it knows already. Breaks what is under way. */
  #end(text: string, tell: boolean): void {
    this.#transfers.abandon(true);
    if (tell) this.#sayLast(gatewayReply("closing", text), "gateway");
    this.#close(text);
  }

  /** Past all order: after 421 nothing else is answered. */
  #sayLast(reply: Reply, origin: "gateway" | "server"): void {
    this.#core.emit({ type: "replied", side: "front", origin, reply });
    this.#core.emit({ type: "write-front", bytes: formatReply(reply) });
  }

  #close(reason: string): void {
    this.#core.closed = true;
    this.#core.emit({ type: "close", reason });
  }
}

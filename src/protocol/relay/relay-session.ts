// The relay machine: one FTP session between a client and a server, data connections included. Pure: facts in, actions out.

import { readsNothingMeanwhile } from "../client/orderly-servers.ts";
import { type CommandEvent, CommandReceiver } from "../command-receiver.ts";
import { tooManyUnknown, UnknownCommands } from "../foreign-protocol.ts";
import { limits } from "../limits.ts";
import { printable } from "../printable.ts";
import type { Reply } from "../reply.ts";
import { type ReplyEvent, ReplyReceiver, skippedNote } from "../reply-receiver.ts";
import { Aborts } from "./aborts.ts";
import { type ClientLine, Commands } from "./commands.ts";
import { ControlConnections } from "./control-connections.ts";
import type { DataTransfer } from "./data-transfer.ts";
import { DownstreamSetup } from "./downstream-setup.ts";
import { DownstreamTls } from "./downstream-tls.ts";
import { FileHashes } from "./file-hashes.ts";
import { FileNotes } from "./file-notes.ts";
import type { RelayAction, RelayConfig, RelayInput } from "./messages.ts";
import type { Pending } from "./outstanding.ts";
import type { Slot } from "./reply-order.ts";
import { SessionRecord } from "./session-record.ts";
import { Shutdown } from "./shutdown.ts";
import { Survival } from "./survival.ts";
import { gatewayReply } from "./texts.ts";
import { TransferQueue } from "./transfer-queue.ts";
import { TransferTimers } from "./transfer-timers.ts";
import { Transfers } from "./transfers.ts";
import { UpstreamSetup } from "./upstream-setup.ts";
import { UpstreamTls } from "./upstream-tls.ts";

const LF = 0x0a;

type Handlers = { readonly [Type in RelayInput["type"]]: (input: Extract<RelayInput, { type: Type }>) => void };

export class RelaySession {
  readonly #control: ControlConnections = new ControlConnections();
  readonly #target: string;
  readonly #upstreamTls: UpstreamTls;
  readonly #downstreamTls: DownstreamTls;
  readonly #queue: TransferQueue;
  readonly #downstream: DownstreamSetup;
  readonly #upstream: UpstreamSetup;
  readonly #transfers: Transfers;
  readonly #timers: TransferTimers;
  readonly #commands: Commands;
  readonly #shutdown: Shutdown;
  readonly #survival: Survival | undefined;
  #fromClient: CommandReceiver = this.#commandReceiver();
  /** The client's last bytes ended a line. */
  #betweenLines = true;
  readonly #unknown: UnknownCommands = new UnknownCommands();
  #fromServer: ReplyReceiver = new ReplyReceiver();
  #greeted = false;
  #unsolicited = 0;
  /** The reply that is coming in may be over. */
  #replyIsDoubtful = false;

  constructor(config: RelayConfig) {
    const control = this.#control;
    const { memory, keepaliveMs, surviveMs = 0, holdMs = 0 } = config;
    this.#target = config.target;
    const fail = (text: string): void => this.#shutdown.now(text);
    const upstreamTls = new UpstreamTls(control, config, fail);
    const downstreamTls = new DownstreamTls(control, config, fail);
    const tls = { upstreamTls, downstreamTls };
    const queue = new TransferQueue(control);
    const aborts = new Aborts(control, config.removeAborted === true);
    const upstream = new UpstreamSetup(control, config);
    const downstream = new DownstreamSetup(control, config, queue, upstream);
    const record = surviveMs > 0 || holdMs > 0 ? new SessionRecord(surviveMs > 0) : undefined;
    const hashes = new FileHashes(control, memory);
    const recorder = record === undefined ? undefined : { record, notes: new FileNotes(control, record), hashes };
    const { showsTransfers = true } = config;
    const transfers = new Transfers({ control, ...tls, queue, upstream, aborts, recorder, showsTransfers });
    const learning = { record, hashes: surviveMs > 0 ? hashes : undefined };
    const commands = new Commands({
      control,
      ...tls,
      memory,
      queue,
      downstream,
      upstream,
      aborts,
      transfers,
      ...learning,
    });
    this.#upstreamTls = upstreamTls;
    this.#downstreamTls = downstreamTls;
    this.#queue = queue;
    this.#upstream = upstream;
    this.#downstream = downstream;
    this.#transfers = transfers;
    this.#commands = commands;
    this.#timers = new TransferTimers({ control, queue, aborts, transfers, ahead: upstream.ahead, keepaliveMs });
    this.#shutdown = new Shutdown({ control, queue, aborts, transfers, commands });
    if (recorder !== undefined) {
      const parts = {
        control,
        tls: upstreamTls,
        queue,
        upstream,
        aborts,
        transfers,
        commands,
        ...recorder,
        surviveMs,
        holdMs,
      };
      this.#survival = new Survival({ ...parts, onGivenUp: (text) => this.#shutdown.serverGone(text) });
    }
    const slot = control.openSlot("greeting");
    this.#expectGreeting({
      onPreliminary: (reply) => control.preliminary(slot, reply),
      onFinal: (reply) => this.#greet(slot, reply),
    });
  }

  /** Transfers that are not over; the driver may wait for them when it closes. */
  get transfersRunning(): number {
    return this.#queue.runningCount;
  }

  /** The client's data connections are inside TLS now. */
  get protectsClient(): boolean {
    return this.#downstreamTls.protectsData;
  }

  /** The transfer has begun, as the server and so the client says (150). */
  hasBegun(id: number): boolean {
    return this.#queue.find(id)?.hasBegun === true;
  }

  /** What the constructor itself wants done. */
  start(): RelayAction[] {
    return this.#control.takeActions();
  }

  handle(input: RelayInput): RelayAction[] {
    if (!this.#control.isClosed) (this.#handlers[input.type] as (input: RelayInput) => void)(input);
    this.#proceed();
    return this.#control.takeActions();
  }

  readonly #handlers: Handlers = {
    "client-bytes": ({ bytes }) => {
      if (this.#shutdown.hasBegun) return;
      this.#betweenLines = bytes.at(-1) === LF;
      if (this.#downstreamTls.isShaking) {
        this.#downstreamTls.injected();
        return;
      }
      for (const event of this.#fromClient.receive(bytes)) if (!this.#control.isClosed) this.#clientEvent(event);
    },
    "server-bytes": ({ bytes }) => {
      this.#serverEvents(this.#fromServer.receive(bytes));
      if (this.#upstreamTls.isShaking && bytes.at(-1) !== LF) this.#injected();
      if (this.#control.isClosed) return;
      if (this.#fromServer.isDoubtful) {
        this.#control.emit({ type: "set-timer", name: "reply-end", delayMs: limits.replyEndMs });
        this.#replyIsDoubtful = true;
      } else if (this.#replyIsDoubtful) {
        this.#control.emit({ type: "clear-timer", name: "reply-end" });
        this.#replyIsDoubtful = false;
      }
    },
    "client-ended": () => this.#shutdown.hasBegun || this.#shutdown.clientEnded(),
    "client-gone": () => this.#shutdown.clientGone(),
    "server-gone": ({ text }) => this.#serverGone(text),
    "downstream-secured": () => {
      this.#fromClient = this.#commandReceiver();
      this.#downstreamTls.secured();
    },
    "upstream-secured": () => {
      this.#fromServer = new ReplyReceiver();
      this.#upstreamTls.secured();
    },
    "upstream-connected": () => {
      this.#fromServer = new ReplyReceiver();
      const survival = this.#survival?.isReviving ? this.#survival : undefined;
      survival?.connected();
      this.#expectGreeting({
        onFinal: (reply) => (survival === undefined ? this.#upstreamTls.greetedAgain(reply) : survival.greeted(reply)),
      });
    },
    "server-unreachable": ({ text }) => this.#survival?.unreachable(text),
    verified: ({ id, isSame }) => this.#with(id, () => this.#survival?.verified(isSame)),
    held: ({ id, first, end }) => this.#with(id, (transfer) => this.#survival?.held(transfer, { first, end })),
    "downstream-listening": ({ id, address }) =>
      this.#with(id, (transfer) => this.#downstream.listening(transfer, address)),
    "upstream-listening": ({ id, address, warning }) =>
      this.#with(id, (transfer) => this.#upstream.listening(transfer, address, warning)),
    "data-open": ({ id, side }) => {
      // The server has continued, so its reply is over.
      if (side === "upstream") this.#serverEvents(this.#fromServer.settle());
      this.#with(id, (transfer) => this.#transfers.opened(transfer, side));
    },
    "data-failed": ({ id, side, text }) =>
      this.#with(id, (transfer) => {
        if (side === "downstream") this.#downstream.listenFailed(transfer, text);
        const isSetup =
          transfer.upstream === "listening" || transfer.data === "idle" || transfer.data === "interrupted";
        if (side === "upstream" && isSetup) this.#upstream.failed(transfer, text);
        else this.#transfers.failed(transfer, side, text);
      }),
    copied: ({ id, outcome, text }) => this.#with(id, (transfer) => this.#transfers.copied(transfer, outcome, text)),
    finished: ({ id, ok }) => this.#with(id, (transfer) => this.#transfers.finished(transfer, ok)),
    timer: ({ name, bytes }) => {
      if (name === "greeting") this.#greetingLate();
      else if (name === "revival") this.#survival?.late();
      else if (name === "reopen") this.#survival?.reopen();
      else if (name === "reply-end") this.#serverEvents(this.#fromServer.settle());
      else this.#timers.fired(name, bytes);
    },
    shutdown: ({ text }) => this.#shutdown.now(text),
  };

  /** What comes for a transfer that is over means nothing. */
  #with(id: number, act: (transfer: DataTransfer) => void): void {
    const transfer = this.#queue.find(id);
    if (transfer !== undefined) act(transfer);
  }

  /** After each input: what waited for it goes on, and what must not pile up is looked at. */
  #proceed(): void {
    const control = this.#control;
    if (control.isClosed) return;
    const survival = this.#survival;
    if (survival !== undefined) {
      if (this.#shutdown.hasBegun) survival.stop();
      else survival.proceed();
      if (control.isClosed) return;
    }
    const { outOfStep } = control;
    if (outOfStep !== undefined && !control.serverIsGone) {
      this.#shutdown.now(this.#outOfStep(outOfStep));
      if (control.isClosed) return;
    }
    if (!control.serverIsGone && !this.#shutdown.hasBegun) this.#commands.resume();
    this.#downstreamTls.proceed(this.#commands.heldCount > 0 || !this.#betweenLines);
    if (control.isClosed) return;
    if (control.waitingBytes > limits.controlBufferBytesMax) {
      this.#shutdown.now("too many replies wait for the client behind one that does not come");
      return;
    }
    this.#shutdown.proceed();
    if (!control.isClosed) this.#timers.update();
  }

  /** Whatever it says next would be taken for the answer to something else. */
  #outOfStep(what: string): string {
    return `the replies of ${this.#target} do not fit the commands any more: ${what}. Connect again.`;
  }

  #commandReceiver(): CommandReceiver {
    return new CommandReceiver(() => this.#commands.isLoggedIn);
  }

  #expectGreeting(greeting: Pick<Pending, "onPreliminary" | "onFinal">): void {
    this.#greeted = false;
    this.#control.expect({
      ...greeting,
      verb: "greeting",
      kind: "plain",
      onFinal: (reply) => {
        this.#greeted = true;
        this.#control.emit({ type: "clear-timer", name: "greeting" });
        greeting.onFinal(reply);
      },
    });
    this.#control.emit({ type: "set-timer", name: "greeting", delayMs: limits.greetingMs });
  }

  #greet(slot: Slot, reply: Reply): void {
    // A session that is made again has no port that was asked for before.
    if (this.#survival === undefined && readsNothingMeanwhile(reply)) this.#upstream.ahead.allow();
    const greet = (): void => {
      if (reply.code === 230) this.#commands.loggedIn();
      this.#control.reply(slot, reply, "server");
    };
    if (reply.code < 300) this.#upstreamTls.begin(greet);
    else greet();
  }

  #greetingLate(): void {
    if (this.#greeted) return;
    const target = this.#target;
    const text = `${target} accepted the connection but sent no FTP greeting for ${limits.greetingMs / 1000} s`;
    if (this.#survival?.isReviving && this.#survival.lost(text)) return;
    this.#shutdown.now(`${text}${this.#instead()}.`);
  }

  #serverGone(text: string | undefined): void {
    this.#serverEvents(this.#fromServer.settle());
    if (this.#control.isClosed || this.#upstreamTls.hungUp()) return;
    const mayLive = (this.#greeted || this.#survival?.isReviving === true) && !this.#shutdown.hasBegun;
    if (mayLive && this.#survival?.lost(text)) return;
    if (this.#greeted || this.#fromServer.skippedLine === undefined) this.#shutdown.serverGone(text);
    else this.#shutdown.now(`${this.#target} hung up without an FTP greeting${this.#instead()}. Is it an FTP server?`);
  }

  /** What a server says that does not greet. */
  #instead(): string {
    const line = this.#fromServer.skippedLine;
    return line === undefined ? "" : `; it sent "${printable(line, 80)}"`;
  }

  #clientEvent(event: CommandEvent): void {
    if (event.type === "telnet-answer") this.#control.emit({ type: "write-downstream", bytes: event.bytes });
    else if (event.type === "failure") this.#shutdown.now(event.error.message);
    else if (event.type === "foreign") this.#shutdown.silently(`the client speaks ${event.protocol}, not FTP`);
    else this.#clientLine(event);
  }

  #clientLine(line: ClientLine): void {
    if (this.#control.unanswered + this.#commands.heldCount >= limits.pipelinedCommandsMax) {
      this.#shutdown.now(`more than ${limits.pipelinedCommandsMax} commands without waiting for a reply`);
      return;
    }
    if (line.type === "command") this.#control.received(line.command);
    if (line.type === "command" && !this.#commands.isLoggedIn && this.#unknown.add(line.command.verb)) {
      this.#shutdown.now(tooManyUnknown);
      return;
    }
    if (this.#survival?.isReviving) this.#holdLine(line, this.#survival);
    else if (!this.#control.serverIsGone) this.#commands.receive(line);
    // 421 will answer all of it; but who asks for an end gets one.
    else if (line.type === "command" && line.command.verb === "ABOR") this.#transfers.aborted();
  }

  /** Nothing can be asked of the server now; only who wants an end to the transfer need not wait for it. */
  #holdLine(line: ClientLine, survival: Survival): void {
    const isAbort = line.type === "command" && line.command.verb === "ABOR";
    if (isAbort) survival.aborted();
    if (isAbort && this.#commands.heldCount === 0) this.#control.answer("ABOR", gatewayReply("aborted"));
    else this.#commands.hold(line);
  }

  #serverEvents(events: readonly ReplyEvent[]): void {
    for (const event of events) if (!this.#control.isClosed) this.#serverEvent(event);
  }

  #serverEvent(event: ReplyEvent): void {
    if (event.type === "skipped") {
      this.#control.note(skippedNote(event.line));
      return;
    }
    if (event.type === "failure") {
      this.#shutdown.now(`${this.#target} does not speak FTP: ${event.error.message}`);
      return;
    }
    const { reply } = event;
    this.#control.heard(reply);
    if (this.#upstreamTls.isShaking) this.#injected();
    else if (reply.code === 421 && !this.#commands.isCurable(reply) && this.#survival?.isReviving !== true)
      this.#shutdown.serverGone(`the FTP server said ${reply.lines[0]}`, reply);
    else if (!this.#control.receive(reply)) this.#unasked(reply);
  }

  #injected(): void {
    this.#shutdown.now(`${this.#target} continued in the clear after it had agreed to TLS. Is somebody in between?`);
  }

  /** A reply to no command would be taken for the answer to the next one: it goes no further. */
  #unasked(reply: Reply): void {
    this.#unsolicited += 1;
    this.#control.note(`the server sent a reply that nobody asked for, dropped: ${reply.lines[0]}`);
    if (this.#unsolicited > limits.unsolicitedRepliesMax) {
      this.#shutdown.now(`${this.#target} sends replies that nobody asked for`);
    }
  }
}

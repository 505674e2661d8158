// One data transfer: its two data connections and the command that uses them. All that is known of it, and nobody else changes it.
import type { Command } from "../command.ts";
import { noDataConnection } from "../data-commands.ts";
import { definedProps } from "../defined-props.ts";
import type { HashName } from "../hashes.ts";
import type { HostPort } from "../host-port.ts";
import type { Reply } from "../reply.ts";
import type { ControlConnections } from "./control-connections.ts";
import type { DataSide, Direction } from "./messages.ts";
import type { Slot } from "./reply-order.ts";
import {
  type DataEvent,
  type DataState,
  type DownstreamState,
  dataStates,
  downstreamStates,
  StateMachine,
  type UpstreamState,
  upstreamStates,
} from "./transfer-states.ts";

/** How the data connection to the server is opened. */
export type UpstreamMethod = "epsv" | "pasv" | "active" | "default-port";

/** The server's final reply: `good` is 2yz. */
export type FinalReply = "none" | "good" | "bad";

/** The client's transfer command. */
export interface TransferCommand {
  readonly command: Command;
  readonly direction: Direction;
  /** REST stood before it. */
  readonly restarted: boolean;
  /** The sides on which the data is inside TLS. */
  readonly secure: readonly DataSide[];
  /** That REST, where the server has accepted it and sessions are recorded. */
  readonly restart: Command | undefined;
  /** Computed of what is carried, where the server could be asked for the same. */
  readonly hash: HashName | undefined;
  readonly slot: Slot;
}

/** The client's passive command, which waits for our listener. */
interface PassiveCommand {
  readonly verb: string;
  readonly slot: Slot;
}

export class DataTransfer {
  readonly id: number;
  readonly #control: ControlConnections;

  readonly #upstream = new StateMachine(upstreamStates, "unprepared", (action) => {
    const { id } = this;
    if (action === "connect-upstream") this.#control.emit({ type: action, id, port: this.#port });
    else if (action === "reset-upstream") this.reset("upstream");
    else this.#control.emit({ type: action, id, how: this.#method === "default-port" ? "default-port" : "active" });
  });
  #method: UpstreamMethod | undefined;
  #port = 0;
  #failure = "";
  #refusal: Reply | undefined;
  #warning: string | undefined;

  readonly #downstream = new StateMachine(downstreamStates, "none", (action) => {
    const { id } = this;
    if (action === "connect-downstream") this.#control.emit({ type: action, id, to: this.#target ?? "default-port" });
    else this.#control.emit({ type: action, id });
  });
  /** Where PORT, EPRT or LPRT pointed; none: the client connects to us. */
  #target: HostPort | "default-port" | undefined;
  #passiveCommand: PassiveCommand | undefined;

  readonly #data = new StateMachine(dataStates, "idle", (action) => {
    const { id, direction } = this;
    const { secure = [], hash } = this.#running ?? {};
    if (action === "copy") {
      const options = { ...(secure.length > 0 && { secure }), ...this.#resumption, ...definedProps({ hash }) };
      this.#control.emit({ type: action, id, direction, ...options });
    } else if (action === "call-off" || action === "hold") this.#control.emit({ type: action, id });
    else this.#control.emit({ type: action, id, side: direction === "download" ? "downstream" : "upstream" });
  });
  #running: TransferCommand | undefined;
  #isAnswered = false;
  #hasBegun = false;
  #finalReply: Reply | undefined;
  #wasRefused = false;
  #isHalfClosed = false;
  #breakReason = "";
  /** It began again, on another connection to the server: an upload from this byte of the client's. */
  #resumption: { readonly from?: number } | undefined;

  constructor(id: number, control: ControlConnections) {
    this.id = id;
    this.#control = control;
  }

  // The data connection to the server.

  get upstream(): UpstreamState {
    return this.#upstream.state;
  }

  get method(): UpstreamMethod | undefined {
    return this.#method;
  }

  get isPassive(): boolean {
    return this.#method === "epsv" || this.#method === "pasv";
  }

  /** Why no method worked, so far. */
  get failure(): string {
    return this.#failure;
  }

  /** The server's own word against the transfer, before its command was sent (PRET). */
  get refusal(): Reply | undefined {
    return this.#refusal;
  }

  /** Why what works may not be enough. */
  get warning(): string | undefined {
    return this.#warning;
  }

  /** The SSH host is asked for a listener, to which the server is to connect. */
  listenUpstream(method: "active" | "default-port"): void {
    this.#method = method;
    this.#upstream.handle("listen");
  }

  /** EPSV, PASV, PORT or EPRT is sent to the server. */
  askUpstream(method: UpstreamMethod): void {
    this.#method = method;
    this.#upstream.handle("ask");
  }

  warnUpstream(warning: string | undefined): void {
    this.#warning = warning;
  }

  /** `port`: where the server listens, in passive mode. */
  agreeUpstream(port = 0): void {
    this.#port = port;
    this.#upstream.handle("agreed");
  }

  /** Passive: once the port is known. */
  connectUpstream(): void {
    if (this.isPassive) this.#upstream.handle("connect");
  }

  noteFailure(why: string): void {
    this.#failure = this.#failure === "" ? why : `${this.#failure}; ${why}`;
  }

  failUpstream(): void {
    this.#upstream.handle("fail");
  }

  refuseAhead(reply: Reply): void {
    this.#refusal = reply;
  }

  /** Nothing of what was agreed with the server holds any more; it can be asked again. */
  withdrawUpstream(): void {
    this.#isHalfClosed = false;
    this.#upstream.handle("withdraw");
    this.#failure = "";
    this.#refusal = undefined;
  }

  // The data connection to the client.

  get downstream(): DownstreamState {
    return this.#downstream.state;
  }

  /** Neither PORT nor PASV was sent. */
  get isDefaultPort(): boolean {
    return this.#target === "default-port";
  }

  /** For the passive command, which is answered when the listener is there. */
  listenDownstream(command: PassiveCommand): void {
    this.#passiveCommand = command;
    this.#target = undefined;
    this.#downstream.handle("listen");
  }

  setTarget(target: HostPort | "default-port"): void {
    this.#target = target;
    this.#downstream.handle("target");
  }

  connectDownstream(): void {
    this.#downstream.handle("connect");
  }

  /** The listener is there: the passive command, to be answered by the caller. */
  takePassiveCommand(): PassiveCommand | undefined {
    const command = this.#passiveCommand;
    this.#passiveCommand = undefined;
    return command;
  }

  /** A listener that will never be: its passive command is answered, so that it does not hold up all replies behind it. */
  refusePassiveCommand(text: string): boolean {
    const command = this.takePassiveCommand();
    if (command !== undefined) this.#control.reply(command.slot, noDataConnection(text), "gateway");
    return command !== undefined;
  }

  loseDownstream(): void {
    this.#downstream.handle("lost");
  }

  /** The client has chosen another one. */
  forgetDownstream(): void {
    this.#downstream.handle("forget");
  }

  // The command and its data.

  get data(): DataState {
    return this.#data.state;
  }

  get direction(): Direction {
    return this.#running?.direction ?? "download";
  }

  /** The transfer command, as the client sent it. */
  get command(): TransferCommand | undefined {
    return this.#running;
  }

  get verb(): string {
    return this.#running?.command.verb ?? "";
  }

  /** The server has said that it begins (1yz). */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get final(): FinalReply {
    if (this.#finalReply === undefined) return "none";
    return this.#finalReply.code < 300 ? "good" : "bad";
  }

  get finalReply(): Reply | undefined {
    return this.#finalReply;
  }

  /** The client has its final reply: the server's own, when it comes, is for nobody. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** The server refused a command on it before it began: good for another try, not for another PASV or PORT. */
  get wasRefused(): boolean {
    return this.#wasRefused;
  }

  begin(command: TransferCommand): void {
    this.#running = command;
    this.#isAnswered = false;
    this.#hasBegun = false;
    this.#finalReply = undefined;
    this.#wasRefused = false;
    this.#resumption = undefined;
    this.#data.handle("begin");
  }

  /** The server is lost. What came from it and what it confirmed means nothing any more; the client waits. */
  interrupt(): void {
    this.#finalReply = undefined;
    this.#breakReason = "";
    this.withdrawUpstream();
    this.#data.handle("interrupt");
  }

  /** `from`: of an upload. */
  resume(from: number | undefined): void {
    this.#resumption = from === undefined ? {} : { from };
    this.#data.handle("resume");
  }

  get isResumed(): boolean {
    return this.#resumption !== undefined;
  }

  /** Which broke is the server's side, where nothing else is known than that it broke. */
  get isServerBroken(): boolean {
    return this.data === (this.direction === "download" ? "source-broke" : "sink-broke") && this.final === "none";
  }

  opened(side: DataSide): void {
    if (side === "upstream") this.#upstream.handle("opened");
    else this.#downstream.handle("opened");
  }

  /** Where the data connection to the server is open ahead of the transfer: nothing is sent on it. */
  halfClose(): void {
    if (this.upstream !== "open") return;
    this.#isHalfClosed = true;
    this.#control.emit({ type: "half-close", id: this.id });
  }

  get isHalfClosed(): boolean {
    return this.#isHalfClosed;
  }

  /** As soon as both data connections are open; inside TLS not before the server begins, for no peer shakes hands before that. */
  copyIfOpen(): void {
    const isSecure = this.#running !== undefined && this.#running.secure.length > 0;
    if (isSecure && !this.#hasBegun && this.final !== "good") return;
    if (this.upstream === "open" && this.downstream === "open") this.#data.handle("copy");
  }

  /** What became of the data. False: it changes nothing now. */
  moved(event: Exclude<DataEvent, "begin" | "copy" | "refused" | "interrupt" | "resume">): boolean {
    return this.#data.handle(event);
  }

  /** Why the data broke, where somebody knows. */
  get breakReason(): string {
    return this.#breakReason;
  }

  noteBreak(why: string): void {
    this.#breakReason = why;
  }

  serverBegins(reply: Reply): void {
    const isAgain = this.#hasBegun && this.isResumed;
    this.#hasBegun = true;
    if (this.#running === undefined || this.#isAnswered || isAgain) return;
    this.#running.slot.underWay = true;
    // A client that is to send waits for it, and so does one before its handshake.
    const mayWait = this.direction === "download" && !this.#running.secure.includes("downstream");
    this.#control.preliminary(this.#running.slot, reply, mayWait);
  }

  serverEnds(reply: Reply): void {
    this.#finalReply = reply;
    if (this.#running !== undefined) this.#running.slot.underWay = false;
  }

  /** The client's one final reply. */
  answer(reply: Reply, origin: "gateway" | "server"): void {
    if (this.#running === undefined || this.#isAnswered) return;
    this.#isAnswered = true;
    this.#control.reply(this.#running.slot, reply, origin);
  }

  /** By the server, before it began. */
  refused(): void {
    this.#wasRefused = true;
    this.#data.handle("refused");
  }

  /** Nobody may take what this side got for complete. */
  reset(side: DataSide): void {
    this.#control.emit({ type: "reset", id: this.id, side });
  }

  drop(): void {
    this.#control.emit({ type: "drop", id: this.id });
  }
}

// The control connection to the server is lost, by itself or with the SSH connection: another one is made, the session is
// made again as it was, and the transfer is resumed where it stood. Meanwhile the client waits. What cannot be made again for
// certain ends as it does without this.
import { limits } from "../limits.ts";
import type { Reply } from "../reply.ts";
import type { Aborts } from "./aborts.ts";
import type { Commands } from "./commands.ts";
import type { ControlConnections } from "./control-connections.ts";
import type { DataTransfer } from "./data-transfer.ts";
import type { FileHashes } from "./file-hashes.ts";
import type { FileNotes } from "./file-notes.ts";
import type { Pending } from "./outstanding.ts";
import { type Held, type Outcome, Resumption, resumptionObstacle } from "./resumption.ts";
import { mayRepeat, type ReplayStep, type SessionRecord } from "./session-record.ts";
import type { TransferQueue } from "./transfer-queue.ts";
import type { Transfers } from "./transfers.ts";
import type { UpstreamSetup } from "./upstream-setup.ts";
import type { UpstreamTls } from "./upstream-tls.ts";

interface SessionParts {
  readonly control: ControlConnections;
  readonly tls: UpstreamTls;
  readonly queue: TransferQueue;
  readonly upstream: UpstreamSetup;
  readonly aborts: Aborts;
  readonly transfers: Transfers;
  readonly commands: Commands;
  readonly record: SessionRecord;
  readonly notes: FileNotes;
  readonly hashes: FileHashes;
  readonly surviveMs: number;
  readonly holdMs: number;
  /** The session with the server will not be again. */
  readonly onGivenUp: (text: string) => void;
}

/** `waiting`: for a connection. `replaying`: what the session was sent. `resuming`: its transfer. */
type Phase = "steady" | "waiting" | "replaying" | "resuming";

const hungUp = "the FTP server closed the control connection";

export class Survival {
  readonly #parts: SessionParts;
  #phase: Phase = "steady";
  #reason = "";
  #transfer: DataTransfer | undefined;
  #held: Held | undefined;
  #resumption: Resumption | undefined;
  /** The client's commands that the lost server has not answered. */
  #unanswered: readonly Pending[] = [];
  #steps: ReplayStep[] = [];
  #waitMs: number = limits.reviveWaitMs;
  /** Losses one after the other between which nothing has moved. */
  #fruitless = 0;
  /** What could have moved since the last one. */
  #before: { readonly answers: number; readonly transfer: DataTransfer | undefined; readonly end: number } | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** The client's commands wait. */
  get isReviving(): boolean {
    return this.#phase !== "steady";
  }

  /** `text`: why, where that was no end in order. False: the session ends with it. */
  lost(text: string | undefined): boolean {
    if (!this.isReviving) return this.#maySurvive(text);
    if (this.#phase !== "waiting") this.#tryLater(text ?? hungUp);
    return true;
  }

  /** Another connection is there. */
  connected(): void {
    if (this.#phase !== "waiting") return;
    this.#phase = "replaying";
    this.#steps = [...this.#parts.record.steps()];
    this.#parts.tls.restart();
  }

  /** TLS comes first where the session had it: it is continued in the clear in no case. */
  greeted(reply: Reply): void {
    if (this.#phase !== "replaying") return;
    if (reply.code < 300) this.#parts.tls.begin(() => this.#replay());
    else this.#answered("the connection", reply, false);
  }

  unreachable(text: string): void {
    if (this.#phase === "waiting") this.#tryLater(text);
  }

  /** The next attempt is due. */
  reopen(): void {
    if (this.#phase === "waiting") this.#parts.control.emit({ type: "reopen-upstream" });
  }

  late(): void {
    if (this.isReviving) this.#giveUp(`${this.#reason}; the session could not be made again in time`);
  }

  /** What the interrupted transfer has carried. */
  held(transfer: DataTransfer, held: Held): void {
    if (transfer !== this.#transfer) return;
    this.#held = held;
    this.#count(held.end);
    const why = resumptionObstacle(transfer, held, this.#parts);
    if (why !== undefined) this.#giveUpTransfer(why);
    else if (this.#fruitless > limits.fruitlessRevivalsMax)
      this.#giveUpTransfer("it is there that it is lost each time");
  }

  verified(isSame: boolean): void {
    this.#resumption?.verified(isSame);
  }

  /** The client's ABOR, while there is no server to have it. */
  aborted(): void {
    if (this.#transfer === undefined) return;
    this.#resumption?.stop();
    this.#giveUpTransfer("by the client");
    if (this.#phase === "resuming") this.#finish(0);
  }

  /** The session ends for another reason. */
  stop(): void {
    if (!this.isReviving) return;
    this.#phase = "steady";
    this.#clearTimers();
  }

  /** Something happened: perhaps what the transfer waits for. */
  proceed(): void {
    const { control } = this.#parts;
    if (!this.isReviving || this.#phase === "waiting") return;
    if (control.outOfStep === undefined) this.#resumption?.proceed();
    else this.#giveUp(`the session could not be made again: ${control.outOfStep}`);
  }

  /** Takes what the server has not answered: it is gone in any case. */
  #maySurvive(text: string | undefined): boolean {
    const { control, tls, queue, aborts, commands, record } = this.#parts;
    if (tls.isBusy || commands.quitting || aborts.isWaiting || aborts.isBusy || control.isUndecided) return false;
    if (record.obstacle !== undefined || this.#fruitless > limits.fruitlessRevivalsMax) return false;
    const pending = control.takeOutstanding();
    const running = queue.running.filter((transfer) => !isConfirmed(transfer));
    // A server that hangs up when nothing is under way means it.
    if (text === undefined && running.length === 0 && pending.length === 0) return false;
    const asked = pending.filter(({ sent, kind }) => kind === "plain" && sent?.origin !== "gateway");
    if (running.length > 1 || asked.some(({ sent, verb }) => sent === undefined || !mayRepeat(verb))) return false;
    const transferAt = pending.findIndex(({ kind }) => kind === "transfer");
    const isBehind = asked.some((one) => pending.indexOf(one) < transferAt);
    this.#begin(text ?? hungUp, asked, running[0], isBehind);
    return true;
  }

  /** `isBehind`: the transfer stood behind a command that may not have been done. */
  #begin(reason: string, asked: readonly Pending[], transfer: DataTransfer | undefined, isBehind: boolean): void {
    const { control, queue, surviveMs, holdMs } = this.#parts;
    control.sendAway();
    control.note(`${reason}: the session is made again, and the client waits`);
    this.#phase = "waiting";
    this.#reason = reason;
    this.#unanswered = asked;
    this.#held = undefined;
    this.#transfer = transfer;
    if (transfer === undefined) this.#count(0);
    queue.next?.withdrawUpstream();
    const delayMs = transfer === undefined ? Math.max(surviveMs, holdMs) : surviveMs;
    control.emit({ type: "set-timer", name: "revival", delayMs });
    if (this.#fruitless > 1) this.#wait();
    else control.emit({ type: "reopen-upstream" });
    if (transfer !== undefined && !isBehind && !transfer.isAnswered) transfer.interrupt();
    if (transfer !== undefined && transfer.data !== "interrupted") this.#giveUpTransfer(reason);
  }

  /** A loss, with this much of the transfer carried. */
  #count(end: number): void {
    const { answers } = this.#parts.record;
    const before = this.#before;
    const hasMoved = before?.answers !== answers || before.transfer !== this.#transfer || end > before.end;
    this.#fruitless = hasMoved ? 1 : this.#fruitless + 1;
    if (hasMoved) this.#waitMs = limits.reviveWaitMs;
    this.#before = { answers, transfer: this.#transfer, end };
  }

  #tryLater(why: string): void {
    const { control } = this.#parts;
    control.note(`the session is not made again yet: ${why}`);
    control.takeOutstanding();
    this.#phase = "waiting";
    this.#resumption = undefined;
    this.#transfer?.interrupt();
    this.#wait();
  }

  #wait(): void {
    this.#parts.control.emit({ type: "set-timer", name: "reopen", delayMs: this.#waitMs });
    this.#waitMs = Math.min(this.#waitMs * 2, limits.reviveWaitMsMax);
  }

  #replay(): void {
    const step = this.#steps.shift();
    if (step === undefined) {
      this.#resume();
      return;
    }
    const { command, fits } = step;
    this.#parts.control.repeat(command, (reply) => this.#answered(command.verb, reply, fits(reply)));
  }

  #answered(what: string, reply: Reply, fits: boolean): void {
    const text = `the FTP server said ${reply.lines[0]} to ${what}`;
    if (fits) this.#replay();
    // It may have no room yet for another session: the lost one may still be in it.
    else if (reply.code >= 400 && reply.code < 500) this.#tryLater(text);
    else this.#giveUp(`the session could not be made again: ${text}`);
  }

  #resume(): void {
    const transfer = this.#transfer;
    const command = transfer?.command?.command;
    if (transfer === undefined || command === undefined || this.#held === undefined) {
      this.#giveUpTransfer(this.#reason);
      this.#finish(0);
      return;
    }
    this.#phase = "resuming";
    this.#resumption = new Resumption(this.#parts, transfer, command, this.#held, (outcome) => this.#resumed(outcome));
    this.#resumption.start();
  }

  #resumed(outcome: Outcome): void {
    if ("failure" in outcome) this.#giveUpTransfer(outcome.failure);
    this.#finish("failure" in outcome ? 0 : outcome.offset);
  }

  /** The session is as it was. `offset`: where its transfer begins. */
  #finish(offset: number): void {
    const { control, transfers } = this.#parts;
    const transfer = this.#transfer;
    const unanswered = this.#unanswered;
    this.#settle();
    // The answer may have been lost.
    if (this.#parts.surviveMs > 0) this.#parts.hashes.learn();
    control.note("the session with the FTP server is as it was");
    if (transfer !== undefined) transfers.resume(transfer, transfer.direction === "upload" ? offset : undefined);
    for (const pending of unanswered) control.resend(pending);
  }

  #giveUpTransfer(why: string): void {
    const transfer = this.#transfer;
    this.#transfer = undefined;
    if (transfer === undefined) return;
    this.#parts.transfers.giveUp(transfer, why === this.#reason ? why : `${this.#reason}; ${why}`);
  }

  #giveUp(text: string): void {
    this.#settle();
    this.#parts.onGivenUp(text);
  }

  #settle(): void {
    this.#phase = "steady";
    this.#transfer = undefined;
    this.#resumption = undefined;
    this.#unanswered = [];
    this.#parts.control.bringBack();
    this.#clearTimers();
  }

  #clearTimers(): void {
    this.#parts.control.emit({ type: "clear-timer", name: "revival" });
    this.#parts.control.emit({ type: "clear-timer", name: "reopen" });
  }
}

/** A download that the server has confirmed needs it no more. */
const isConfirmed = ({ direction, data, final }: DataTransfer): boolean =>
  direction === "download" && data === "finishing" && final === "good";

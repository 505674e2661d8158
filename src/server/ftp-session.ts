// One client: its commands in order, one at a time, with ABOR, STAT and NOOP in between.
import { ClientIdentity } from "../admission/client-identity.ts";
import { type LinkedAbort, SpareAborts } from "../platform/abort.ts";
import { Deferred } from "../platform/deferred.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { PassiveReplyPause } from "../platform/passive-reply-pause.ts";
import { afterwards, type Soon } from "../platform/soon.ts";
import { Tasks } from "../platform/tasks.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import { Watchdog } from "../platform/watchdog.ts";
import { argumentText, type Command } from "../protocol/command.ts";
import { findCommand } from "../protocol/command-table.ts";
import { limits } from "../protocol/limits.ts";
import { Redaction } from "../protocol/redaction.ts";
import { makeReply, type Reply } from "../protocol/reply.ts";
import { servedCommands } from "../protocol/server/served-commands.ts";
import { Ahead } from "./ahead.ts";
import { carryOut } from "./carry-out.ts";
import { ControlConnection } from "./control-connection.ts";
import { DataConnector } from "./data-connector.ts";
import { type SessionContext, type TlsSession, traces } from "./environment.ts";
import { Aborted, refusalOf } from "./replies.ts";
import {
  type Answer,
  leaveAccount,
  newState,
  type RunningTransfer,
  reinitialise,
  type Session,
  type SessionState,
} from "./session.ts";

export class FtpSession implements Session {
  readonly context: SessionContext;
  readonly state: SessionState = newState();
  readonly data: DataConnector;
  readonly ahead: Ahead;
  transfer: RunningTransfer | undefined;
  moved: Session["moved"];
  readonly passiveReplyPause: PassiveReplyPause;
  secure = false;
  readonly tls: TlsSession | undefined;
  readonly #channel: ControlConnection;
  readonly #queue: Waiting[] = [];
  readonly #tasks: Tasks = new Tasks();
  readonly #life: AbortController = new AbortController();
  /** Of the command that is being carried out. */
  #running: LinkedAbort | undefined;
  readonly #spareAborts = new SpareAborts();
  #current: Waiting = "end";
  readonly #timers: SessionTimers;
  readonly #redaction: Redaction = new Redaction();
  readonly #tracesCommands: boolean;
  readonly #tracesReplies: boolean;
  #hasLoggedIn = false;
  #isOver = false;
  #closingText: string | undefined;
  #reason = "";
  readonly #over = new Deferred();

  constructor(context: SessionContext, connection: Connection) {
    this.context = context;
    this.tls = context.policy.tls?.open();
    const { carrier, environment } = context;
    this.#tracesCommands = this.traces("ftp.command");
    this.#tracesReplies = this.traces("ftp.reply");
    const identity = new ClientIdentity(connection, carrier === undefined ? environment : { clock: environment.clock });
    const pause = new PassiveReplyPause(environment.clock);
    this.passiveReplyPause = pause;
    this.#channel = new ControlConnection(connection, {
      bytes: (bytes) => pause.received(bytes),
      command: (command) => this.#arrive(command),
      isLoggedIn: () => this.state.phase === "logged-in",
      malformed: (reason) => this.#arrive({ malformed: reason }),
      ended: () => this.#arrive("end"),
      failed: (last) => this.#hangUp(last, last.lines.join(" ")),
      gone: (why) => this.#end(why),
    });
    this.ahead = new Ahead(environment.clock, (work) => this.track(work));
    this.data = new DataConnector(context, () => this.control, identity);
    this.#timers = new SessionTimers(context, (text) => this.closeNow(text));
  }

  get control(): Connection {
    return this.#channel.connection;
  }

  /** Settles when nothing of the session is left. Never rejects. `implicit`: TLS before the first word. */
  async run(implicit: boolean): Promise<void> {
    const ends = {
      client: formatEndpoint(this.context.carrier?.client ?? this.control.remote),
      gateway: formatEndpoint(this.control.local),
    };
    this.emit({ type: "session.open", ...ends, target: "files" });
    this.#timers.expectLogin();
    if (implicit) await this.#handshake();
    else this.#channel.open();
    this.reply(makeReply(220, this.context.policy.greeting));
    this.#timers.idle();
    await this.#over.promise;
    this.#life.abort(new Aborted());
    this.#timers.clear();
    await Promise.all([this.data.forget(), this.#channel.close()]);
    await this.#tasks.settled();
    leaveAccount(this);
    await this.#tasks.settled();
    this.emit({ type: "session.close", reason: this.#reason });
  }

  closeWhenIdle(text: string): void {
    this.#closingText = text;
    this.#pump();
  }

  closeNow(text: string): void {
    this.#hangUp(makeReply(421, text), text);
  }

  reply(reply: Reply, mayWait = false): void {
    if (this.#isOver) return;
    if (this.#tracesReplies) {
      const { lines } = this.#redaction.reply(reply);
      this.emit({ type: "ftp.reply", side: "downstream", origin: "server", lines });
    }
    this.#channel.write(reply, mayWait);
  }

  emit(event: TraceEventBody): void {
    this.context.environment.emit(this.context.id, event);
  }

  traces(type: TraceEventBody["type"]): boolean {
    return traces(this.context.environment, type);
  }

  track(work: Promise<unknown>): void {
    this.#tasks.track(work);
  }

  #arrive(waiting: Waiting): void {
    if (waiting === "end") {
      if (isLostWithClient(this.#current, this.#queue)) this.#running?.abort(new Aborted());
    } else if (!("malformed" in waiting)) {
      if (this.#tracesCommands) {
        const line = this.#redaction.command(waiting);
        this.emit({ type: "ftp.command", side: "downstream", origin: "client", line });
      }
      // At once, whatever waits before it; its reply comes in its turn. It does not shorten the wait of a wrong password.
      if (waiting.verb === "ABOR" && this.#running !== undefined && isAbortable(this.#current))
        this.#abort(this.#running);
    }
    this.#queue.push(waiting);
    if (this.#queue.length > limits.pipelinedCommandsMax) this.#crowded();
    this.#pump();
  }

  /** The client sends no more for now. Only while it sends a file it is read on: that it has died must not be overlooked. */
  #crowded(): void {
    if (this.#running === undefined || !isUpload(this.#current)) this.#channel.hold();
    else this.closeNow(`More than ${limits.pipelinedCommandsMax} commands wait. Goodbye.`);
  }

  #pump(): void {
    for (let next = this.#queue[0]; next !== undefined && !this.#isOver; next = this.#queue[0]) {
      if (this.#running !== undefined && (this.transfer === undefined || !goesBesideTransfer(next))) return;
      this.#queue.shift();
      if (this.#queue.length <= limits.pipelinedCommandsMax / 2 || isUpload(next)) this.#channel.release();
      if (this.#running !== undefined) this.#trackIfLater(this.#answer(next, this.#running.signal));
      else this.#start(next);
    }
    if (this.#running !== undefined || this.#isOver) return;
    if (this.#closingText !== undefined) this.closeNow(this.#closingText);
    else this.#timers.idle();
  }

  #start(next: Waiting): void {
    this.#timers.busy();
    const running = this.#spareAborts.take();
    this.#running = running;
    this.#current = next;
    if (isAbortedAhead(next, this.#queue)) this.#abort(running);
    const answered = this.#answer(next, running.signal);
    if (answered instanceof Promise) this.#finishBehind(answered, running);
    else this.#finished(running);
  }

  #finishBehind(answered: Promise<void>, running: LinkedAbort): void {
    const finished = (): void => {
      this.#finished(running);
      this.#pump();
    };
    this.track(answered.then(finished, finished));
  }

  #finished(running: LinkedAbort): void {
    this.#running = undefined;
    this.#spareAborts.giveBack(running);
  }

  #trackIfLater(work: Soon<void>): void {
    if (work instanceof Promise) this.track(work);
  }

  #abort(running: LinkedAbort): void {
    this.state.aborted = true;
    running.abort(new Aborted());
  }

  /** Most commands are answered in the turn in which they are read. */
  #answer(next: Waiting, signal: AbortSignal): Soon<void> {
    if (next === "end") return this.#end("the client has closed the connection");
    if ("malformed" in next) return this.reply(makeReply(500, next.malformed));
    const answered = this.#carryOut(next, signal);
    return next.verb === "AUTH" ? afterwards(answered, () => this.#channel.resume()) : answered;
  }

  #carryOut(command: Command, signal: AbortSignal): Soon<void> {
    try {
      const answer = carryOut(this, command, signal);
      const replied = answer instanceof Promise ? answer.then((later) => this.#reply(later)) : this.#reply(answer);
      return replied?.catch((error: unknown) => this.#refuse(error));
    } catch (error) {
      this.#refuse(error);
    }
  }

  #reply(answer: Answer): Soon<void> {
    if (!this.#hasLoggedIn && this.state.phase === "logged-in") {
      this.#hasLoggedIn = true;
      this.#timers.loggedIn();
      this.context.onLogin();
    }
    if (!("reply" in answer)) return this.reply(answer);
    if (answer.next === "close") return this.#hangUp(answer.reply, answer.reply.lines.join(" "));
    return this.#startTls(answer.reply);
  }

  #refuse(error: unknown): void {
    const refusal = refusalOf(error);
    if (refusal !== undefined) this.reply(refusal);
    else this.#hangUp(makeReply(421, "Internal server error. Goodbye."), `a fault: ${String(error)}`);
  }

  async #startTls(reply: Reply): Promise<void> {
    if (this.#channel.injected) {
      this.#hangUp(makeReply(421, "Data came after AUTH, outside of TLS. Goodbye."), "bytes behind AUTH");
      return;
    }
    this.reply(reply);
    // What was sent in the clear may have been somebody else's (RFC 4217 section 11).
    reinitialise(this);
    await this.data.forget();
    await this.#handshake();
  }

  async #handshake(): Promise<void> {
    try {
      await this.#channel.secure(async (plain) => {
        if (this.tls === undefined) throw new Error("no TLS");
        return this.tls.secure(plain, this.#life.signal);
      });
      this.secure = true;
    } catch (error) {
      this.#end(error instanceof Error ? error.message : "TLS failed");
    }
  }

  #hangUp(last: Reply, reason: string): void {
    this.reply(last);
    this.#end(reason);
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reason = reason;
    this.#queue.length = 0;
    this.#life.abort(new Aborted());
    this.#running?.abort(new Aborted());
    this.#over.resolve();
  }
}

// What waits for its turn in a session, and what it may do while it waits.
/** A command, a line that is not a command, the client's end-of-file. */
type Waiting = Command | { readonly malformed: string } | "end";

const isCommand = (waiting: Waiting): waiting is Command => waiting !== "end" && !("malformed" in waiting);

/** During a transfer NOOP and STAT are answered at once; RFC 959 section 5.4: STAT then shows how far it is. */
function goesBesideTransfer(waiting: Waiting): boolean {
  if (!isCommand(waiting)) return false;
  return waiting.verb === "NOOP" || (waiting.verb === "STAT" && argumentText(waiting) === "");
}

/** ABOR is about a transfer that was asked for before it, also about one that has not begun (RFC 959 section 4.1.3). */
function isAbortedAhead(waiting: Waiting, behind: readonly Waiting[]): boolean {
  if (behind.length === 0 || !isCommand(waiting) || findCommand(waiting.verb)?.data === undefined) return false;
  return behind.some((later) => isCommand(later) && later.verb === "ABOR");
}

/** What works on files or data may take its time and can be aborted; the others are done before an ABOR is read. */
function isAbortable(waiting: Waiting): boolean {
  return isCommand(waiting) && (servedCommands.get(waiting.verb)?.groups.length ?? 0) > 0;
}

const isUpload = (waiting: Waiting): boolean => isCommand(waiting) && findCommand(waiting.verb)?.data === "upload";

const checksums = /^(HASH|XCRC|X?MD5|XSHA\d*)$/;

/**
 * A client that ends without QUIT has died. In the middle of an upload its data is no whole file then, end-of-file or not;
 * and a checksum is work for nobody.
 */
function isLostWithClient(running: Waiting, behind: readonly Waiting[]): boolean {
  if (!isCommand(running) || behind.some((later) => isCommand(later) && later.verb === "QUIT")) return false;
  return isUpload(running) || checksums.test(running.verb);
}

// A session that does not log in, or falls silent, ends.
class SessionTimers {
  readonly #context: SessionContext;
  readonly #hangUp: (text: string) => void;
  #cancelLogin: () => void = () => {};
  /** Sessions become idle far more often than they end so. */
  readonly #idle: Watchdog;

  /** `hangUp` replies 421 with this text. */
  constructor(context: SessionContext, hangUp: (text: string) => void) {
    this.#context = context;
    this.#hangUp = hangUp;
    const { policy, environment } = context;
    this.#idle = new Watchdog(environment.clock, policy.idleMs, () =>
      hangUp(`Idle timeout (${policy.idleMs / 1000} seconds): closing control connection.`),
    );
  }

  /** From the connection on. */
  expectLogin(): void {
    const { policy, environment } = this.#context;
    this.#cancelLogin = environment.clock.after(policy.loginMs, () =>
      this.#hangUp(`Login timeout (${policy.loginMs / 1000} seconds): closing control connection.`),
    );
  }

  loggedIn(): void {
    this.#cancelLogin();
  }

  /** Nothing is under way from now on. */
  idle(): void {
    this.#idle.restart();
  }

  busy(): void {
    this.#idle.pause();
  }

  clear(): void {
    this.#cancelLogin();
    this.#idle.end();
  }
}

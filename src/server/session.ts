// One client: its commands in order, one at a time, with ABOR, STAT and NOOP in between.
import { Deferred } from "../platform/deferred.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { Tasks } from "../platform/tasks.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import { limits } from "../protocol/limits.ts";
import { Redaction } from "../protocol/redaction.ts";
import { makeReply, type Reply } from "../protocol/reply.ts";
import { carryOut } from "./carry-out.ts";
import { ControlChannel } from "./control-channel.ts";
import type { Conversation, RunningTransfer, SessionContext } from "./conversation.ts";
import { DataEnds } from "./data-ends.ts";
import type { TlsSession } from "./environment.ts";
import { Aborted, refusalOf } from "./refusals.ts";
import { newState, reinitialise, type SessionState } from "./session-state.ts";
import { SessionTimers } from "./session-timers.ts";
import { goesBesideTransfer, isAbortable, isAbortedAhead, isLostWithClient, type Waiting } from "./waiting.ts";

export class Session implements Conversation {
  readonly context: SessionContext;
  readonly state: SessionState = newState();
  readonly data: DataEnds;
  transfer: RunningTransfer | undefined;
  moved: Conversation["moved"];
  secure = false;
  readonly tls: TlsSession | undefined;
  readonly #channel: ControlChannel;
  readonly #queue: Waiting[] = [];
  readonly #tasks: Tasks = new Tasks();
  readonly #life: AbortController = new AbortController();
  /** Of the command that is being carried out. */
  #running: AbortController | undefined;
  #current: Waiting = "end";
  readonly #timers: SessionTimers;
  readonly #redaction: Redaction = new Redaction();
  #closingText: string | undefined;
  #reason = "";
  readonly #over = new Deferred();

  constructor(context: SessionContext, connection: Connection) {
    this.context = context;
    this.tls = context.policy.tls?.open();
    this.data = new DataEnds(context, () => this.control);
    this.#timers = new SessionTimers(context, (text) => this.closeNow(text));
    this.#channel = new ControlChannel(connection, {
      command: (command) => this.#arrive(command),
      isLoggedIn: () => this.state.phase === "logged-in",
      malformed: (reason) => this.#arrive({ malformed: reason }),
      ended: () => this.#arrive("end"),
      failed: (last) => this.#hangUp(last, last.lines.join(" ")),
      gone: (why) => this.#end(why),
    });
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
    this.say(makeReply(220, this.context.policy.greeting));
    this.#timers.idle();
    await this.#over.promise;
    this.#life.abort(new Aborted());
    this.#timers.clear();
    await Promise.all([this.data.forget(), this.#channel.close()]);
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

  say(reply: Reply): void {
    if (this.#life.signal.aborted) return;
    this.emit({ type: "ftp.reply", side: "downstream", origin: "server", lines: this.#redaction.reply(reply).lines });
    this.#channel.write(reply);
  }

  emit(event: TraceEventBody): void {
    this.context.environment.emit(this.context.id, event);
  }

  track(work: Promise<unknown>): void {
    this.#tasks.track(work);
  }

  #arrive(waiting: Waiting): void {
    if (waiting === "end") {
      if (isLostWithClient(this.#current, this.#queue)) this.#running?.abort(new Aborted());
    } else if (!("malformed" in waiting)) {
      this.emit({ type: "ftp.command", side: "downstream", origin: "client", line: this.#redaction.command(waiting) });
      // At once, whatever waits before it; its reply comes in its turn. It does not shorten the wait of a wrong password.
      if (waiting.verb === "ABOR" && this.#running !== undefined && isAbortable(this.#current))
        this.#abort(this.#running);
    }
    this.#queue.push(waiting);
    if (this.#queue.length > limits.pipelinedCommandsMax) {
      this.closeNow(`More than ${limits.pipelinedCommandsMax} commands wait. Goodbye.`);
    } else this.#pump();
  }

  #pump(): void {
    for (let next = this.#queue[0]; next !== undefined && !this.#isOver(); next = this.#queue[0]) {
      if (this.#running !== undefined && (this.transfer === undefined || !goesBesideTransfer(next))) return;
      this.#queue.shift();
      if (this.#running !== undefined) this.track(this.#answer(next, this.#running.signal));
      else this.#start(next);
    }
    if (this.#running !== undefined || this.#isOver()) return;
    if (this.#closingText !== undefined) this.closeNow(this.#closingText);
    else this.#timers.idle();
  }

  #start(next: Waiting): void {
    this.#timers.busy();
    const running = new AbortController();
    this.#running = running;
    this.#current = next;
    if (isAbortedAhead(next, this.#queue)) this.#abort(running);
    this.track(
      this.#answer(next, running.signal).finally(() => {
        this.#running = undefined;
        this.#pump();
      }),
    );
  }

  #abort(running: AbortController): void {
    this.state.aborted = true;
    running.abort(new Aborted());
  }

  async #answer(next: Waiting, signal: AbortSignal): Promise<void> {
    if (next === "end") return this.#end("the client has closed the connection");
    try {
      const answer = "malformed" in next ? makeReply(500, next.malformed) : await carryOut(this, next, signal);
      if (this.state.phase === "logged-in") {
        this.#timers.loggedIn();
        this.context.onLogin();
      }
      if (!("reply" in answer)) this.say(answer);
      else if (answer.next === "close") this.#hangUp(answer.reply, answer.reply.lines.join(" "));
      else await this.#startTls(answer.reply);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== undefined) this.say(refusal);
      else this.#hangUp(makeReply(421, "Internal server error. Goodbye."), `a fault: ${String(error)}`);
    }
    if ("verb" in next && next.verb === "AUTH") this.#channel.resume();
  }

  async #startTls(reply: Reply): Promise<void> {
    if (this.#channel.injected) {
      this.#hangUp(makeReply(421, "Data came after AUTH, outside of TLS. Goodbye."), "bytes behind AUTH");
      return;
    }
    this.say(reply);
    // What was said in the clear may have been somebody else's (RFC 4217 section 11).
    reinitialise(this.state);
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

  #isOver(): boolean {
    return this.#life.signal.aborted;
  }

  #hangUp(last: Reply, reason: string): void {
    this.say(last);
    this.#end(reason);
  }

  #end(reason: string): void {
    if (this.#isOver()) return;
    this.#reason = reason;
    this.#queue.length = 0;
    this.#life.abort(new Aborted());
    this.#running?.abort(new Aborted());
    this.#over.resolve();
  }
}

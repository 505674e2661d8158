// Who holds the connection: gives it out in turn, keeps it alive, makes a new one when it was lost.

import { LinkedAbort, onAbort, raceAbort } from "../platform/abort.ts";
import type { Clock } from "../platform/clock.ts";
import { Deferred } from "../platform/deferred.ts";
import { Mutex } from "../platform/mutex.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { ClientOptions, DataMode } from "./client-options.ts";
import type { ControlConnection } from "./control-connection.ts";
import { changeDirectory, workingDirectory } from "./file-commands.ts";
import { openSession } from "./open-session.ts";
import { type ClientEnvironment, forgetDirectory, notify, type Session } from "./session.ts";
import { prepareData } from "./spare-data.ts";
import type { Holder } from "./with-retries.ts";
import { leaveDirectory } from "./working-directory.ts";

let holders = 0;

/** What ends calls with one signal. */
class CallEnd extends LinkedAbort {
  readonly source: AbortSignal | undefined;
  /** Calls that are not over. */
  users = 0;

  constructor(lifetime: AbortSignal, source: AbortSignal | undefined) {
    super(lifetime, source);
    this.source = source;
  }
}

export class SessionHolder implements Holder {
  /** Who needs two sessions takes the lower number first, so that two such do not wait for each other. */
  readonly number: number;
  session: Session;
  readonly closed: Promise<SallyportError | undefined>;
  readonly #turn: Mutex = new Mutex();
  readonly #lifetime: AbortController = new AbortController();
  readonly #closed = new Deferred<SallyportError | undefined>();
  #endKeepAlive: () => void;
  /** Where a new session has to go; undefined: not asked since the last change. */
  #directory: string | undefined;
  #hasMoved = false;
  #closing: Promise<void> | undefined;
  /** Calls, and who has some to come, that may yet make a new session in the place of a lost one. */
  #running = 0;
  /** Those among them that make several attempts. */
  #kept = 0;
  #isOver = false;
  /** Of the last call: the next one mostly has the same signal, and a signal for each costs a small file more than a command does. */
  #callEnd: CallEnd | undefined;

  constructor(session: Session) {
    holders += 1;
    this.number = holders;
    this.session = session;
    this.closed = this.#closed.promise;
    this.#endKeepAlive = this.#adopt(session);
    const { signal } = session.options;
    void this.closed.then(onAbort(signal, () => this.#abort(signal?.reason)));
  }

  static async open(options: ClientOptions, environment: ClientEnvironment): Promise<SessionHolder> {
    options.signal?.throwIfAborted();
    const signal = options.signal ?? new AbortController().signal;
    return new SessionHolder(await openSession(options, environment, signal));
  }

  /**
   * Runs `work` when it is its turn. The signal is the caller's, or the end of the session. After `release` the next call's
   * commands may leave: `work` sends none any more. `mayRevive`: the directory is asked for before, if it is not known. `from`:
   * where `work` begins; `anywhere` for what finds its own way.
   */
  transfer<T>(
    signal: AbortSignal | undefined,
    work: (session: Session, signal: AbortSignal, release: () => void) => Promise<T>,
    mayRevive = false,
    from: "user's directory" | "anywhere" = "user's directory",
  ): Promise<T> {
    const letGo = this.hold();
    const end = this.#follow(signal);
    const both = end.signal;
    const over = (): void => {
      this.#unfollow(end);
      letGo();
    };
    return this.#turn.take(
      (release) => {
        const isReady = this.#kept === 0 && from === "anywhere" && !this.#asksWhere(mayRevive);
        if (isReady) return work(this.session, both, release);
        return this.#prepare(both, mayRevive, from).then(() => work(this.session, both, release));
      },
      both,
      over,
    );
  }

  /** A new session would have to go to a directory that nobody knows. */
  #asksWhere(mayRevive: boolean): boolean {
    return (mayRevive || this.#kept > 0) && this.#hasMoved && this.#directory === undefined;
  }

  async #prepare(signal: AbortSignal, mayRevive: boolean, from: "user's directory" | "anywhere"): Promise<void> {
    if (this.#kept > 0) await this.revive(signal);
    const asksWhere = this.#asksWhere(mayRevive);
    if (from !== "anywhere" || asksWhere) await raceAbort(leaveDirectory(this.session), signal);
    if (!asksWhere) return;
    this.#directory = await raceAbort(workingDirectory(this.session), signal).catch(() => undefined);
    this.#hasMoved = this.#directory === undefined && this.session.control.failure === undefined;
  }

  /** In its turn: a data connection is opened for the transfer that comes next. Nobody has to wait for it; where it fails nothing is lost. */
  prepareData(): void {
    this.transfer(undefined, async (session) => prepareData(session), false, "anywhere").catch(() => {});
  }

  /** Until the returned function is called, nobody is told that the session is lost: a call that comes may make a new one. */
  hold(): () => void {
    this.#running += 1;
    return () => {
      this.#running -= 1;
      this.#notifyLoss();
    };
  }

  /** While `work` runs, the loss of the session is not its end: the next call begins a new one, in the same directory. */
  async keep<T>(work: () => Promise<T>): Promise<T> {
    const letGo = this.hold();
    this.#kept += 1;
    try {
      return await work();
    } finally {
      this.#kept -= 1;
      letGo();
    }
  }

  get mayRenew(): boolean {
    return !this.#isOver && this.#closing === undefined && (!this.#hasMoved || this.#directory !== undefined);
  }

  /** The working directory is another one now. */
  moved(): void {
    forgetDirectory(this.session);
    this.#directory = undefined;
    this.#hasMoved = true;
  }

  /** Somebody else is logged in now, in his own directory. */
  hasNewUser(): void {
    forgetDirectory(this.session);
    this.#directory = undefined;
    this.#hasMoved = false;
  }

  setMode(mode: "auto" | DataMode): void {
    this.session.modes.request(mode);
  }

  async revive(signal: AbortSignal): Promise<Session> {
    if (this.session.control.failure === undefined) return this.session;
    this.#lifetime.signal.throwIfAborted();
    const before = this.session;
    this.#endKeepAlive();
    await Promise.all([before.control.close(), ...before.leaving]);
    const session = await openSession(before.options, before.environment, signal);
    notify(session, "a new session takes the place of the lost one");
    if (this.#directory !== undefined) await changeDirectory(session, this.#directory);
    this.session = { ...session, modes: before.modes, quirks: before.quirks };
    this.#endKeepAlive = this.#adopt(this.session);
    return this.session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  #adopt(session: Session): () => void {
    const silenceMs = session.options.keepaliveMs ?? limits.clientKeepAliveMs;
    void session.control.closed.then(() => {
      session.spare?.drop();
      this.#notifyLoss();
    });
    return keepAlive(session.control, session.environment.clock, silenceMs);
  }

  #notifyLoss(): void {
    const { failure } = this.session.control;
    if (failure === undefined || this.#running > 0 || this.#closing !== undefined) return;
    this.#isOver = true;
    if (this.#callEnd?.users === 0) this.#callEnd.release();
    this.#endKeepAlive();
    this.#closed.resolve(failure);
  }

  /** The end of the session, or the caller's. */
  #follow(source: AbortSignal | undefined): CallEnd {
    let end = this.#callEnd;
    if (end === undefined || end.source !== source || end.signal.aborted) {
      if (end?.users === 0) end.release();
      end = new CallEnd(this.#lifetime.signal, source);
      this.#callEnd = end;
    }
    end.users += 1;
    return end;
  }

  #unfollow(end: CallEnd): void {
    end.users -= 1;
    if (end.users === 0 && (end !== this.#callEnd || this.#isOver)) end.release();
  }

  async #close(): Promise<void> {
    const { control, environment } = this.session;
    this.#endKeepAlive();
    this.session.spare?.drop();
    this.#lifetime.abort(new SallyportError("CLOSED", "this FTP session is closed"));
    const cancel = environment.clock.after(limits.disposeGraceMs, () => {
      control.fail(new SallyportError("CLOSED", "this FTP session is closed"));
    });
    await this.#turn.idle();
    await Promise.all(this.session.leaving);
    if (control.failure === undefined) await control.command("QUIT").catch(() => {});
    cancel();
    await control.close();
    this.#closed.resolve(undefined);
  }

  #abort(reason: unknown): void {
    this.#lifetime.abort(reason);
    this.session.control.fail(new SallyportError("CLOSED", "this FTP session was aborted"));
    void this[Symbol.asyncDispose]();
  }
}

/**
 * Sends NOOP after so much silence, during transfers too: its reply may come before the transfer's or after it. Never two at
 * a time, so a server that reads no command during a transfer is not filled up. Gives the function that ends it.
 */
export function keepAlive(control: ControlConnection, clock: Clock, silenceMs: number): () => void {
  if (silenceMs <= 0) return () => {};
  let cancel: () => void = () => {};
  let waiting = false;
  let over = false;
  const look = (): void => {
    if (over || control.failure !== undefined) return;
    const silentMs = clock.nowMs() - control.lastActiveMs;
    if (silentMs >= silenceMs && !waiting && control.quiet) {
      waiting = true;
      control
        .ask("NOOP")
        .final.catch(() => {})
        .finally(() => {
          waiting = false;
        });
    }
    cancel = clock.after(Math.max(silenceMs - silentMs, silenceMs / 4), look);
  };
  cancel = clock.after(silenceMs, look);
  const end = (): void => {
    over = true;
    cancel();
  };
  // Nobody may dispose of a session that was lost.
  void control.closed.then(end);
  return end;
}

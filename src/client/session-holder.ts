// Who holds the connection: gives it out in turn, keeps it alive, makes a new one when it was lost.

import { raceAbort } from "../platform/abort.ts";
import { Mutex } from "../platform/mutex.ts";
import { SignalFan } from "../platform/signal-fan.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { Holder } from "./attempts.ts";
import type { ClientOptions, DataMode } from "./client-options.ts";
import { changeDirectory, workingDirectory } from "./file-commands.ts";
import { keepAlive } from "./keep-alive.ts";
import { openTalk } from "./open-talk.ts";
import { comeBack, forgetPlace } from "./place.ts";
import { type ClientEnvironment, type Talk, tell } from "./talk.ts";

let holders = 0;

export class SessionHolder implements Holder {
  /** Who needs two sessions takes the lower number first, so that two such do not wait for each other. */
  readonly number: number;
  talk: Talk;
  readonly closed: Promise<SallyportError | undefined>;
  readonly #turn: Mutex = new Mutex();
  readonly #lifetime: AbortController = new AbortController();
  /** As many calls may wait as the caller likes. */
  readonly #calls: SignalFan = new SignalFan(this.#lifetime.signal);
  #settleClosed: (error: SallyportError | undefined) => void = () => {};
  #endKeepAlive: () => void;
  /** Where a new session has to go; undefined: not asked since the last change. */
  #directory: string | undefined;
  #hasMoved = false;
  #closing: Promise<void> | undefined;
  /** Calls that may yet make a new session in the place of a lost one. */
  #running = 0;
  #isOver = false;

  constructor(talk: Talk) {
    holders += 1;
    this.number = holders;
    this.talk = talk;
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    this.#endKeepAlive = this.#adopt(talk);
    const { signal } = talk.options;
    const abort = (): void => this.#abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    void this.closed.then(() => signal?.removeEventListener("abort", abort));
  }

  static async open(options: ClientOptions, environment: ClientEnvironment): Promise<SessionHolder> {
    options.signal?.throwIfAborted();
    const signal = options.signal ?? new AbortController().signal;
    return new SessionHolder(await openTalk(options, environment, signal));
  }

  /**
   * Runs `work` when it is its turn. The signal is the caller's, or the end of the session. After `release` the next call's
   * commands may leave: `work` sends none any more. `mayRevive`: the directory is asked for before, if it is not known. `from`:
   * where `work` begins; `anywhere` for what finds its own way.
   */
  transfer<T>(
    signal: AbortSignal | undefined,
    work: (talk: Talk, signal: AbortSignal, release: () => void) => Promise<T>,
    mayRevive = false,
    from: "user's directory" | "anywhere" = "user's directory",
  ): Promise<T> {
    return this.#calls.during((own) => {
      const both = signal === undefined ? own : AbortSignal.any([signal, own]);
      return this.#turn.take(async (release) => {
        const asksWhere = mayRevive && this.#hasMoved && this.#directory === undefined;
        if (from !== "anywhere" || asksWhere) await raceAbort(comeBack(this.talk), both);
        if (asksWhere) {
          this.#directory = await raceAbort(workingDirectory(this.talk), both).catch(() => undefined);
          this.#hasMoved = this.#directory === undefined && this.talk.link.failure === undefined;
        }
        this.#running += 1;
        try {
          return await work(this.talk, both, release);
        } finally {
          this.#running -= 1;
          this.#tellLoss();
        }
      }, both);
    });
  }

  get mayRenew(): boolean {
    return !this.#isOver && this.#closing === undefined && (!this.#hasMoved || this.#directory !== undefined);
  }

  /** The working directory is another one now. */
  moved(): void {
    forgetPlace(this.talk);
    this.#directory = undefined;
    this.#hasMoved = true;
  }

  /** Somebody else is logged in now, in his own directory. */
  hasNewUser(): void {
    forgetPlace(this.talk);
    this.#directory = undefined;
    this.#hasMoved = false;
  }

  setMode(mode: "auto" | DataMode): void {
    this.talk.modes.wish(mode);
  }

  async revive(signal: AbortSignal): Promise<Talk> {
    if (this.talk.link.failure === undefined) return this.talk;
    this.#lifetime.signal.throwIfAborted();
    const before = this.talk;
    this.#endKeepAlive();
    await Promise.all([before.link.close(), ...before.leaving]);
    const talk = await openTalk(before.options, before.environment, signal);
    tell(talk, "a new session takes the place of the lost one");
    if (this.#directory !== undefined) await changeDirectory(talk, this.#directory);
    this.talk = { ...talk, modes: before.modes, ways: before.ways };
    this.#endKeepAlive = this.#adopt(this.talk);
    return this.talk;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  #adopt(talk: Talk): () => void {
    const silenceMs = talk.options.keepaliveMs ?? limits.clientKeepAliveMs;
    void talk.link.closed.then(() => this.#tellLoss());
    return keepAlive(talk.link, talk.environment.clock, silenceMs);
  }

  #tellLoss(): void {
    const { failure } = this.talk.link;
    if (failure === undefined || this.#running > 0 || this.#closing !== undefined) return;
    this.#isOver = true;
    this.#endKeepAlive();
    this.#settleClosed(failure);
  }

  async #close(): Promise<void> {
    const { link, environment } = this.talk;
    this.#endKeepAlive();
    this.#lifetime.abort(new SallyportError("CLOSED", "this FTP session is closed"));
    const cancel = environment.clock.after(limits.disposeGraceMs, () => {
      link.fail(new SallyportError("CLOSED", "this FTP session is closed"));
    });
    await this.#turn.idle();
    await Promise.all(this.talk.leaving);
    if (link.failure === undefined) await link.command("QUIT").catch(() => {});
    cancel();
    await link.close();
    this.#settleClosed(undefined);
  }

  #abort(reason: unknown): void {
    this.#lifetime.abort(reason);
    this.talk.link.fail(new SallyportError("CLOSED", "this FTP session was aborted"));
    void this[Symbol.asyncDispose]();
  }
}

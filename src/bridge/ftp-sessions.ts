// Sessions with an FTP server, which does one thing at a time in each: those that are needed at the same time, up to a limit.

import { requireHolder } from "../client/client-calls.ts";
import type { CallOptions, FtpClient } from "../client/ftp-client.ts";
import { abortablePromise, raceAbort } from "../platform/abort.ts";
import { withDeadline } from "../platform/clock.ts";
import { Deferred } from "../platform/deferred.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { ftpAttempts } from "../transfer/file-attempts.ts";

/** A session that nobody else uses until it is given back. */
export interface Lease {
  readonly client: FtpClient;
  /** Idempotent. */
  release(): void;
}

/** One that was lost is replaced when it is needed. Disposal closes all of them, and is idempotent. */
export class FtpSessions implements AsyncDisposable {
  /** Opens the others, lost or not, and has the SSH connection, where there is one. */
  readonly #first: FtpClient;
  readonly #all: Set<FtpClient> = new Set();
  readonly #idle: Set<FtpClient> = new Set();
  /** Which file of all each has carried last. */
  readonly #lastFile: WeakMap<FtpClient, number> = new WeakMap();
  #files = 0;
  /** Undefined: a session was lost, so look again. */
  readonly #waiting: ((client: FtpClient | undefined) => void)[] = [];
  #opening = 0;
  #transfers = 0;
  /** How many files each client has open. */
  readonly #carrying: Map<AbortSignal, number> = new Map();
  /** A file is carried no more. */
  #released: Deferred = new Deferred();
  #max: number = limits.bridgeFtpSessionsMax;
  #isClosed = false;

  constructor(first: FtpClient) {
    this.#first = first;
    this.#adopt(first);
  }

  /** A short call. Waits while all are busy. Throws what opening a session throws, `CLOSED`, the signal's reason. */
  async call<T>(signal: AbortSignal, work: (client: FtpClient, options: CallOptions) => Promise<T>): Promise<T> {
    const client = await this.#take(signal);
    try {
      return await work(client, { signal });
    } finally {
      this.#giveBack(client);
    }
  }

  /** The same for one that changes nothing: made again where its session was lost. */
  async ask<T>(signal: AbortSignal, work: (client: FtpClient, options: CallOptions) => Promise<T>): Promise<T> {
    let isLost = false;
    try {
      return await this.call(signal, (client, options) =>
        work(client, options).catch((error: unknown) => {
          isLost = isOver(client);
          throw error;
        }),
      );
    } catch (error) {
      if (!isLost || signal.aborted || this.#isClosed) throw error;
      return await this.call(signal, work);
    }
  }

  /**
   * For as long as a file is carried. One session is always left for calls: when there would be none it waits for others' files, for a bounded time.
   * Not for those of the same `signal`, which stands for a client: whoever waits there would wait for himself. Then it throws `FS_FAILED`.
   */
  async transfer(signal: AbortSignal): Promise<Lease> {
    await this.#takePlace(signal);
    this.#carrying.set(signal, (this.#carrying.get(signal) ?? 0) + 1);
    const over = (): void => {
      this.#transfers -= 1;
      const left = (this.#carrying.get(signal) ?? 1) - 1;
      if (left > 0) this.#carrying.set(signal, left);
      else this.#carrying.delete(signal);
      this.#released.resolve();
      this.#released = new Deferred();
    };
    let client: FtpClient;
    try {
      client = await this.#take(signal, "first");
      this.#files += 1;
      this.#lastFile.set(client, this.#files);
    } catch (error) {
      over();
      throw error;
    }
    let isOver = false;
    return {
      client,
      release: () => {
        if (isOver) return;
        isOver = true;
        over();
        this.#giveBack(client);
        // While the next file is asked for in other sessions, and carried by the one that has waited longest.
        if (this.#all.has(client)) requireHolder(client).prepareData();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const others = [...this.#all].filter((client) => client !== this.#first);
    await Promise.all(others.map((client) => client[Symbol.asyncDispose]()));
    await this.#first[Symbol.asyncDispose]();
  }

  /** Counts it, too. */
  async #takePlace(signal: AbortSignal): Promise<void> {
    const { clock } = ftpAttempts(this.#first);
    const deadline = withDeadline(clock, limits.bridgeFtpWaitMs, signal, () => tooMany(this.#transfers));
    try {
      for (;;) {
        // Whoever reads a file may ask something in the middle, and nothing comes of it before that is answered.
        if (this.#all.size - this.#transfers < 2) await this.#openSpare(signal);
        if (this.#transfers === 0 || this.#transfers + 1 < this.#all.size) {
          this.#transfers += 1;
          return;
        }
        if (this.#carrying.has(signal)) throw tooMany(this.#transfers);
        await raceAbort(this.#released.promise, deadline.signal);
      }
    } finally {
      deadline.release();
    }
  }

  /** Of those that are idle, the one whose last file was the first or the last: calls leave alone what has been waiting for the next file. */
  async #take(signal: AbortSignal, which: "first" | "last" = "last"): Promise<FtpClient> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#isClosed) throw new SallyportError("CLOSED", "the FTP sessions are closed");
      const idle = this.#nextIdle(which);
      if (idle !== undefined) return idle;
      await this.#openSpare(signal);
      const opened = this.#nextIdle(which);
      if (opened !== undefined) return opened;
      // Nobody could say when.
      if (this.#transfers >= this.#all.size) throw tooMany(this.#transfers);
      const free = await this.#nextFree(signal);
      if (free !== undefined) return free;
    }
  }

  #nextIdle(which: "first" | "last"): FtpClient | undefined {
    for (const client of [...this.#idle]) if (isOver(client)) this.#drop(client);
    const [first, ...others] = this.#idle;
    if (first === undefined) return undefined;
    const fileOf = (client: FtpClient): number => this.#lastFile.get(client) ?? 0;
    const isBetter = (one: FtpClient, than: FtpClient): boolean =>
      which === "first" ? fileOf(one) < fileOf(than) : fileOf(one) > fileOf(than);
    const chosen = others.reduce((best, client) => (isBetter(client, best) ? client : best), first);
    this.#idle.delete(chosen);
    return chosen;
  }

  /** One more that is idle, where the server takes one more. Throws where there is none at all. */
  async #openSpare(signal: AbortSignal): Promise<void> {
    if (this.#all.size + this.#opening >= this.#max) return;
    this.#opening += 1;
    try {
      const opened = await this.#first.openAnother({ signal });
      if (this.#isClosed) await opened[Symbol.asyncDispose]();
      else this.#adopt(opened);
    } catch (error) {
      if (signal.aborted || !isSallyportError(error) || this.#all.size === 0) throw error;
      // It takes no more. A line that is down says nothing of how many.
      if (!error.code.startsWith("NET_") && !error.code.startsWith("SSH_")) this.#max = this.#all.size;
    } finally {
      this.#opening -= 1;
    }
  }

  #adopt(client: FtpClient): void {
    this.#all.add(client);
    void client.closed.then(() => this.#drop(client));
    this.#giveBack(client);
  }

  /** Lost: nobody gets it any more, and there may be room for others. */
  #drop(client: FtpClient): void {
    if (!this.#all.delete(client)) return;
    this.#idle.delete(client);
    if (client !== this.#first) void client[Symbol.asyncDispose]();
    this.#max = limits.bridgeFtpSessionsMax;
    for (const wake of this.#waiting.splice(0)) wake(undefined);
  }

  #nextFree(signal: AbortSignal): Promise<FtpClient | undefined> {
    return abortablePromise(signal, (resolve) => {
      this.#waiting.push(resolve);
      return () => {
        const index = this.#waiting.indexOf(resolve);
        if (index >= 0) this.#waiting.splice(index, 1);
      };
    });
  }

  #giveBack(client: FtpClient): void {
    if (this.#isClosed || !this.#all.has(client)) return;
    if (isOver(client)) {
      this.#drop(client);
      return;
    }
    const next = this.#waiting.shift();
    if (next !== undefined) next(client);
    else if (this.#idle.size < limits.bridgeFtpIdleMax || client === this.#first) this.#idle.add(client);
    else {
      this.#all.delete(client);
      void client[Symbol.asyncDispose]();
    }
  }
}

const isOver = (client: FtpClient): boolean => requireHolder(client).session.control.failure !== undefined;

function tooMany(transfers: number): SallyportError {
  const files = transfers === 1 ? "a file is" : `${transfers} files are`;
  return new SallyportError("FS_FAILED", `${files} being carried, and the FTP server takes no more sessions`);
}

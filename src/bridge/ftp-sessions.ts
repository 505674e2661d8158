// Sessions with an FTP server, which does one thing at a time in each: those that are needed at the same time, up to a limit.
import type { CallOptions, FtpClient } from "../client/ftp-client.ts";
import { abortablePromise } from "../platform/abort.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";

/** A session that nobody else uses until it is given back. */
export interface Lease {
  readonly client: FtpClient;
  /** Idempotent. */
  release(): void;
}

/** Disposal closes all of them, and is idempotent. */
export class FtpSessions implements AsyncDisposable {
  /** Has the SSH connection, where there is one. */
  readonly #first: FtpClient;
  readonly #all: Set<FtpClient> = new Set();
  readonly #idle: FtpClient[] = [];
  readonly #waiting: ((client: FtpClient) => void)[] = [];
  #opening = 0;
  #transfers = 0;
  #max: number = limits.bridgeFtpSessionsMax;
  #isClosed = false;

  constructor(first: FtpClient) {
    this.#first = first;
    this.#all.add(first);
    this.#idle.push(first);
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

  /** For as long as a file is carried. One is always left for calls: `FS_FAILED` when there would be none. */
  async transfer(signal: AbortSignal): Promise<Lease> {
    // Whoever reads the file may ask something in the middle, and nothing comes of it before that is answered.
    if (this.#all.size - this.#transfers < 2) await this.#openSpare(signal);
    if (this.#transfers > 0 && this.#transfers + 1 >= this.#all.size) throw tooMany(this.#transfers);
    this.#transfers += 1;
    let client: FtpClient;
    try {
      client = await this.#take(signal);
    } catch (error) {
      this.#transfers -= 1;
      throw error;
    }
    let isOver = false;
    return {
      client,
      release: () => {
        if (isOver) return;
        isOver = true;
        this.#transfers -= 1;
        this.#giveBack(client);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const others = [...this.#all].filter((client) => client !== this.#first);
    await Promise.all(others.map((client) => client[Symbol.asyncDispose]()));
    await this.#first[Symbol.asyncDispose]();
  }

  async #take(signal: AbortSignal): Promise<FtpClient> {
    signal.throwIfAborted();
    if (this.#isClosed) throw new SallyportError("CLOSED", "the FTP sessions are closed");
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    await this.#openSpare(signal);
    const opened = this.#idle.pop();
    if (opened !== undefined) return opened;
    // Nobody could say when.
    if (this.#transfers >= this.#all.size) throw tooMany(this.#transfers);
    return await this.#nextFree(signal);
  }

  /** One more that is idle, where the server takes one more. */
  async #openSpare(signal: AbortSignal): Promise<void> {
    if (this.#all.size + this.#opening >= this.#max) return;
    this.#opening += 1;
    try {
      const opened = await this.#first.openAnother({ signal });
      if (this.#isClosed) await opened[Symbol.asyncDispose]();
      this.#all.add(opened);
      this.#giveBack(opened);
    } catch (error) {
      if (signal.aborted || !isSallyportError(error)) throw error;
      // It takes no more, or none at all: then the next call tells.
      this.#max = this.#all.size;
    } finally {
      this.#opening -= 1;
    }
  }

  #nextFree(signal: AbortSignal): Promise<FtpClient> {
    return abortablePromise(signal, (resolve) => {
      this.#waiting.push(resolve);
      return () => {
        const index = this.#waiting.indexOf(resolve);
        if (index >= 0) this.#waiting.splice(index, 1);
      };
    });
  }

  #giveBack(client: FtpClient): void {
    const next = this.#waiting.shift();
    if (next !== undefined) next(client);
    else if (this.#idle.length < limits.bridgeFtpIdleMax || client === this.#first) this.#idle.push(client);
    else {
      this.#all.delete(client);
      void client[Symbol.asyncDispose]();
    }
  }
}

function tooMany(transfers: number): SallyportError {
  const files = transfers === 1 ? "a file is" : `${transfers} files are`;
  return new SallyportError("FS_FAILED", `${files} being carried, and the FTP server takes no more sessions`);
}

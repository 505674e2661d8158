// -j: several workers, each with sessions of its own, take tasks from one stack.
import { setMaxListeners } from "node:events";
import { isSallyportError, type SallyportError } from "../../protocol/error.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import type { ServerSession } from "../../transfer/server-session.ts";
import { asSallyportError } from "../report/reporter.ts";
import { type OnCarried, Tails } from "./carried.ts";
import type { Report } from "./report.ts";
import { type Sessions, serverOf } from "./sessions.ts";
import { TaskStack } from "./task-stack.ts";

/** What a task works with. */
export interface Hands {
  /** The worker's session with the URL's server; `second`: another one with the same server. */
  session(url: FtpUrl, second?: "second"): Promise<ServerSession>;
  readonly signal: AbortSignal;
  /** Runs a transfer, and returns when the next one may begin: see Tails. */
  carry(transfer: (onCarried: OnCarried) => Promise<void>): Promise<void>;
}

export interface Task {
  /** For messages; no password in it. */
  readonly name: string;
  /** May bring more tasks, which come next. */
  readonly run: (hands: Hands) => Promise<readonly Task[] | undefined>;
}

/** A server could not be reached or did not let us in. */
class NoSession extends Error {
  readonly url: FtpUrl;
  override readonly cause: unknown;

  constructor(url: FtpUrl, cause: unknown) {
    super("no session");
    this.url = url;
    this.cause = cause;
  }
}

export interface CrewOptions {
  readonly sessions: Sessions;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/**
 * Runs all tasks, and those that they bring. A task that fails is reported, and the others go on.
 * @returns the errors, in their order. @throws what kept us from a server; the signal's reason.
 */
export async function runTasks(
  tasks: readonly Task[],
  count: number,
  options: CrewOptions,
): Promise<readonly SallyportError[]> {
  const crew = new Crew(tasks, options);
  const ends = await Promise.allSettled(Array.from({ length: count }, () => crew.work()));
  options.signal.throwIfAborted();
  if (ends.some(({ status }) => status === "rejected")) throw crew.failure;
  return crew.errors;
}

class Crew {
  readonly errors: SallyportError[] = [];
  readonly #options: CrewOptions;
  readonly #stack: TaskStack<Task>;
  readonly #stop: AbortController = new AbortController();
  readonly #signal: AbortSignal;

  constructor(tasks: readonly Task[], options: CrewOptions) {
    this.#options = options;
    this.#stack = new TaskStack(tasks);
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
    // Every session that is opened or waits listens.
    for (const signal of [options.signal, this.#stop.signal, this.#signal]) setMaxListeners(0, signal);
  }

  /** What ended the first worker, and with it all others. */
  get failure(): unknown {
    return this.#stop.signal.reason;
  }

  /** One worker, to its end. */
  async work(): Promise<void> {
    try {
      await using own = new OwnSessions(this.#options.sessions);
      const tails = new Tails();
      for (let task = await this.#stack.take(); task !== undefined; task = await this.#stack.take()) {
        if ((await this.#perform(task, own, tails)) === "leave") break;
      }
      await tails.over();
    } catch (error) {
      this.#stop.abort(error);
      this.#stack.stop();
      throw error;
    }
  }

  async #perform(task: Task, own: OwnSessions, tails: Tails): Promise<"go on" | "leave"> {
    try {
      const session: Hands["session"] = (url, second) => own.get(url, second);
      const carry: Hands["carry"] = (transfer) => tails.carry(transfer, (thrown) => this.#failed(task, thrown));
      this.#stack.finish(await task.run({ session, carry, signal: this.#signal }));
    } catch (thrown) {
      this.#signal.throwIfAborted();
      if (thrown instanceof NoSession) {
        this.#demandOthers(thrown);
        this.#stack.finish([task]);
        return "leave";
      }
      const error = this.#failed(task, thrown);
      if (error !== undefined && mayHaveLostSession(error)) {
        await tails.over();
        await own[Symbol.asyncDispose]();
      }
      this.#stack.finish();
    }
    return "go on";
  }

  #failed(task: Task, thrown: unknown): SallyportError | undefined {
    if (this.#signal.aborted) return undefined;
    const error = asSallyportError(thrown);
    this.errors.push(error);
    this.#options.report.failed(task.name, error);
    return error;
  }

  /** When others have sessions, the server takes no more of us, and they do our work. */
  #demandOthers({ url, cause }: NoSession): void {
    const { sessions, report } = this.#options;
    const others = sessions.openWith(url);
    if (others === 0 || !isSallyportError(cause)) throw cause;
    report.note(`the server takes ${others} sessions and no more: ${cause.message}`);
  }
}

/** After an answer in order the session is as it was. */
function mayHaveLostSession({ code }: SallyportError): boolean {
  return !/^(?:FTP_REPLY_PERMANENT|FTP_VERIFY|FS_|USAGE_|CONFIG_|NET_UNSUPPORTED)/.test(code);
}

class OwnSessions implements AsyncDisposable {
  readonly #sessions: Sessions;
  readonly #open: Map<string, ServerSession> = new Map();

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  async get(url: FtpUrl, second?: "second"): Promise<ServerSession> {
    const key = serverOf(url) + (second ?? "");
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    try {
      const client = await this.#sessions.open(url);
      this.#open.set(key, client);
      void client.closed.then(() => {
        if (this.#open.get(key) === client) this.#open.delete(key);
      });
      return client;
    } catch (error) {
      throw new NoSession(url, error);
    }
  }

  /** May be used again afterwards. */
  async [Symbol.asyncDispose](): Promise<void> {
    const clients = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  }
}

// -j: several workers, each with sessions of its own, take tasks from one stack.
import type { FtpClient } from "../../connect/ftp-client.ts";
import { isSallyportError, type SallyportError } from "../../protocol/error.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import { asSallyportError } from "../report/reporter.ts";
import type { Report } from "./report.ts";
import { type Sessions, serverOf } from "./sessions.ts";
import { TaskStack } from "./task-stack.ts";

/** What a task works with. */
export interface Hands {
  /** The worker's session with the URL's server; `second`: another one with the same server. */
  session(url: FtpUrl, second?: "second"): Promise<FtpClient>;
  readonly signal: AbortSignal;
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

/**
 * Runs all tasks, and those that they bring. A task that fails is reported, and the others go on.
 * @returns the errors, in their order. @throws what kept us from a server; the signal's reason.
 */
export async function runTasks(
  tasks: readonly Task[],
  count: number,
  { sessions, report, signal }: { sessions: Sessions; report: Report; signal: AbortSignal },
): Promise<readonly SallyportError[]> {
  const stack = new TaskStack(tasks);
  const errors: SallyportError[] = [];
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const work = async (): Promise<void> => {
    await using own = new OwnSessions(sessions);
    const hands: Hands = { session: (url, second) => own.get(url, second), signal: both };
    for (let task = await stack.take(); task !== undefined; task = await stack.take()) {
      try {
        stack.finish(await task.run(hands));
      } catch (thrown) {
        both.throwIfAborted();
        if (thrown instanceof NoSession && sessions.openWith(thrown.url) > 0 && isSallyportError(thrown.cause)) {
          // The others have theirs: the server takes no more of us.
          report.note(
            `the server takes ${sessions.openWith(thrown.url)} sessions and no more: ${thrown.cause.message}`,
          );
          stack.finish([task]);
          return;
        }
        if (thrown instanceof NoSession) throw thrown.cause;
        const error = asSallyportError(thrown);
        errors.push(error);
        report.failed(task.name, error);
        if (mayHaveLostSession(error)) await own[Symbol.asyncDispose]();
        stack.finish();
      }
    }
  };
  const guarded = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      stop.abort(error);
      stack.stop();
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: count }, guarded));
  signal.throwIfAborted();
  const failure = ends.find(({ status }) => status === "rejected");
  if (failure?.status === "rejected") throw stop.signal.reason;
  return errors;
}

/** After an answer in order the session is as it was. */
function mayHaveLostSession({ code }: SallyportError): boolean {
  return !/^(?:FTP_REPLY_PERMANENT|FTP_VERIFY|FS_|USAGE_|CONFIG_|NET_UNSUPPORTED)/.test(code);
}

class OwnSessions implements AsyncDisposable {
  readonly #sessions: Sessions;
  readonly #open: Map<string, FtpClient> = new Map();

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  async get(url: FtpUrl, second?: "second"): Promise<FtpClient> {
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

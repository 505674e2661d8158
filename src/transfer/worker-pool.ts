// Several workers, each with its own sessions, take tasks from one stack.

import { holderOf } from "../client/client-calls.ts";
import { isSallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { isFtp, type ServerSession } from "./server-session.ts";

/** What a task works with. `Server` is how the caller names a server. */
export interface TaskContext<Server> {
  /** The worker's session with that server; `second`: another one with the same server. */
  session(server: Server, second?: "second"): Promise<ServerSession>;
  readonly signal: AbortSignal;
  /** Runs a transfer, and returns when the next one may begin: see {@link PendingCompletions}. */
  startTransfer(transfer: (onDataComplete: OnDataComplete) => Promise<void>): Promise<void>;
}

export interface Task<Server> {
  /** For messages; no password in it. */
  readonly name: string;
  /** May bring more tasks, which come next. */
  readonly run: (context: TaskContext<Server>) => Promise<readonly Task<Server>[] | undefined>;
}

/** Where workers get their sessions. */
export interface SessionSource<Server> {
  /** The same for two servers that one session serves. */
  keyOf(server: Server): string;
  /** A session for one worker. */
  open(server: Server): Promise<ServerSession>;
  /** The worker has no use for it any more. */
  release(session: ServerSession): Promise<void>;
  /** How many are open with that server, those of other workers too. */
  openWith(server: Server): number;
}

export interface WorkerPoolOptions<Server> {
  readonly sessions: SessionSource<Server>;
  /** How many workers. */
  readonly count: number;
  readonly signal: AbortSignal;
  /** A task failed, and the others go on; what this throws ends them all. */
  readonly failed: (name: string, error: unknown) => void;
  /** Something to know that is no failure. */
  readonly note: (text: string) => void;
}

/**
 * Runs all tasks, and those that they bring.
 * @throws what kept us from a server; what `failed` throws; the signal's reason
 */
export async function runTasks<Server>(
  tasks: readonly Task<Server>[],
  options: WorkerPoolOptions<Server>,
): Promise<void> {
  const pool = new WorkerPool(tasks, options);
  const ends = await Promise.allSettled(Array.from({ length: options.count }, () => pool.work()));
  options.signal.throwIfAborted();
  if (ends.some(({ status }) => status === "rejected")) throw pool.failure;
}

/** What a worker hears of a server that it cannot have a session with. */
interface Unreachable<Server> {
  readonly server: Server;
  readonly cause: unknown;
}

class WorkerPool<Server> {
  readonly #options: WorkerPoolOptions<Server>;
  readonly #stack: TaskStack<Task<Server>>;
  readonly #stop: AbortController = new AbortController();
  /** How many sessions a server takes, as far as that was told. */
  readonly #told: Map<string, number> = new Map();
  readonly #signal: AbortSignal;

  constructor(tasks: readonly Task<Server>[], options: WorkerPoolOptions<Server>) {
    this.#options = options;
    this.#stack = new TaskStack(tasks);
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
    // Every session that is opened or waits listens.
  }

  /** What ended the first worker, and with it all others. */
  get failure(): unknown {
    return this.#stop.signal.reason;
  }

  /** One worker, to its end. */
  async work(): Promise<void> {
    try {
      await using own = new WorkerSessions(this.#options.sessions);
      const pending = new PendingCompletions();
      for (let task = await this.#stack.take(); task !== undefined; task = await this.#stack.take()) {
        if ((await this.#perform(task, own, pending)) === "leave") break;
      }
      await pending.over();
      this.#throwFailure();
    } catch (error) {
      this.#end(error);
      throw error;
    }
  }

  async #perform(
    task: Task<Server>,
    own: WorkerSessions<Server>,
    pending: PendingCompletions,
  ): Promise<"continue" | "leave"> {
    const held: (() => void)[] = [];
    try {
      const session: TaskContext<Server>["session"] = async (server, second) => {
        const opened = await own.get(server, second);
        // Some servers hang up behind each file: the task's first call makes the new session.
        if (isFtp(opened)) held.push(holderOf(opened)?.hold() ?? (() => {}));
        return opened;
      };
      const startTransfer: TaskContext<Server>["startTransfer"] = (transfer) =>
        pending.start(transfer, (thrown) => {
          try {
            this.#failed(task, thrown);
          } catch (error) {
            this.#end(error); // nobody awaits this one
          }
        });
      this.#stack.finish(await task.run({ session, startTransfer, signal: this.#signal }));
    } catch (thrown) {
      this.#signal.throwIfAborted();
      const unreachable = own.unreachableOf(thrown);
      if (unreachable !== undefined) {
        this.#requireOthers(unreachable);
        this.#stack.finish([task]);
        return "leave";
      }
      this.#failed(task, thrown);
      if (mayHaveLostSession(thrown)) {
        await pending.over();
        await own[Symbol.asyncDispose]();
      }
      this.#stack.finish();
    } finally {
      for (const letGo of held) letGo();
    }
    return "continue";
  }

  #failed(task: Task<Server>, thrown: unknown): void {
    if (!this.#signal.aborted) this.#options.failed(task.name, thrown);
  }

  #end(error: unknown): void {
    this.#stop.abort(error);
    this.#stack.stop();
  }

  #throwFailure(): void {
    if (this.#stop.signal.aborted) throw this.failure;
  }

  /** When others have sessions, the server takes no more of us, and they do our work. Told once, and when it proves to take more. */
  #requireOthers({ server, cause }: Unreachable<Server>): void {
    const { sessions, note } = this.#options;
    const others = sessions.openWith(server);
    if (others === 0 || !isSallyportError(cause)) throw cause;
    const key = sessions.keyOf(server);
    if ((this.#told.get(key) ?? 0) >= others) return;
    this.#told.set(key, others);
    note(`the server accepts ${others} sessions and no more: ${cause.message}`);
  }
}

/** After an answer in order the session is as it was. */
function mayHaveLostSession(thrown: unknown): boolean {
  if (!isSallyportError(thrown)) return true;
  return !/^(?:FTP_REPLY_PERMANENT|FTP_VERIFY|FS_|USAGE_|CONFIG_|NET_UNSUPPORTED)/.test(thrown.code);
}

/** Those that one worker has opened. */
class WorkerSessions<Server> implements AsyncDisposable {
  readonly #source: SessionSource<Server>;
  readonly #open: Map<string, ServerSession> = new Map();
  /** What `get` has thrown, and why. */
  readonly #unreachable: WeakMap<object, Unreachable<Server>> = new WeakMap();

  constructor(source: SessionSource<Server>) {
    this.#source = source;
  }

  async get(server: Server, second?: "second"): Promise<ServerSession> {
    const key = this.#source.keyOf(server) + (second ?? "");
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    try {
      const session = await this.#source.open(server);
      this.#open.set(key, session);
      void session.closed.then(() => {
        if (this.#open.get(key) === session) this.#open.delete(key);
      });
      return session;
    } catch (cause) {
      const error = new Error("no session", { cause });
      this.#unreachable.set(error, { server, cause });
      throw error;
    }
  }

  /** Undefined for anything but what `get` has thrown. */
  unreachableOf(thrown: unknown): Unreachable<Server> | undefined {
    return typeof thrown === "object" && thrown !== null ? this.#unreachable.get(thrown) : undefined;
  }

  /** May be used again afterwards. */
  async [Symbol.asyncDispose](): Promise<void> {
    const sessions = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(sessions.map((session) => this.#source.release(session)));
  }
}

export class TaskStack<T> {
  readonly #tasks: T[];
  readonly #waiting: ((task: T | undefined) => void)[] = [];
  #running = 0;
  #isStopped = false;

  constructor(tasks: readonly T[]) {
    this.#tasks = [...tasks].reverse();
  }

  /** The next task; undefined when none is left and none is running that could bring more. Each needs one `finish`. */
  take(): Promise<T | undefined> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#serve();
    });
  }

  /** A task is over; those that it brought come next, in their order. */
  finish(more: readonly T[] = []): void {
    this.#running -= 1;
    if (!this.#isStopped) for (const task of [...more].reverse()) this.#tasks.push(task);
    this.#serve();
  }

  /** Nothing more is given out. */
  stop(): void {
    this.#isStopped = true;
    this.#tasks.length = 0;
    for (const resolve of this.#waiting.splice(0)) resolve(undefined);
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const task = this.#tasks.pop();
      if (task === undefined && this.#running > 0 && !this.#isStopped) return;
      if (task !== undefined) this.#running += 1;
      this.#waiting.shift()?.(task);
    }
  }
}

export type OnDataComplete = () => void;

/** The ends of a worker's transfers that the worker does not wait for. */
export class PendingCompletions {
  readonly #pending: Set<Promise<void>> = new Set();

  /**
   * Returns at the end of the transfer, or as soon as it calls `onDataComplete`; then `failed` is told if it fails after all.
   * @throws what the transfer throws before that
   */
  async start(
    transfer: (onDataComplete: OnDataComplete) => Promise<void>,
    failed: (error: unknown) => void,
  ): Promise<void> {
    let onDataComplete: OnDataComplete = () => {};
    const dataComplete = new Promise<"dataComplete">((resolve) => {
      onDataComplete = () => resolve("dataComplete");
    });
    const whole = transfer(onDataComplete);
    if ((await Promise.race([whole, dataComplete])) !== "dataComplete") return;
    const end = whole.catch(failed).finally(() => this.#pending.delete(end));
    this.#pending.add(end);
    // What this machine is slow to write must not pile up.
    if (this.#pending.size >= limits.clientPendingCompletionsMax) await Promise.race(this.#pending);
  }

  /** All of them are over. */
  async over(): Promise<void> {
    await Promise.all(this.#pending);
  }
}

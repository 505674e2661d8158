// Several workers, each with its own sessions, take tasks from one stack.
import { holderOf } from "../client/client-calls.ts";
import type { Clock } from "../platform/clock.ts";
import { isSallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { isFtp, type ServerSession } from "./server-session.ts";
import { type GrowthOptions, WorkerGrowth } from "./worker-growth.ts";
import { type SessionSource, type Unreachable, type WantedSession, WorkerSessions } from "./worker-sessions.ts";

/** What a task works with. `Server` is how the caller names a server. */
export interface TaskContext<Server> {
  /** The worker's session with that server; `second`: another one with the same server. */
  session(server: Server, second?: "second"): Promise<ServerSession>;
  readonly signal: AbortSignal;
  /** Runs a transfer, and returns when the next one may begin: see {@link PendingCompletions}. */
  startTransfer(transfer: StartedTransfer): Promise<void>;
}

/** `onSoonOver`: as `onDataComplete`, where there is enough to do that nobody would wait for the task that comes next. */
export type StartedTransfer = (
  onDataComplete: OnDataComplete,
  onBytes: OnBytes,
  onSoonOver: OnDataComplete | undefined,
) => Promise<void>;

export interface Task<Server> {
  /** For messages; no password in it. */
  readonly name: string;
  /** May bring more tasks, which come next. */
  readonly run: (context: TaskContext<Server>) => Promise<readonly Task<Server>[] | undefined>;
}

export interface WorkerPoolOptions<Server> {
  readonly sessions: SessionSource<Server>;
  /** How many workers. `auto`: one, and others where the work is worth it, they make it faster, and the servers let them. */
  readonly count: number | "auto";
  readonly clock: Clock;
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
  await new WorkerPool(tasks, options).run();
}

class WorkerPool<Server> {
  readonly #options: WorkerPoolOptions<Server>;
  readonly #stack: TaskStack<Task<Server>>;
  readonly #stop: AbortController = new AbortController();
  /** How many sessions a server takes, as far as that was told. */
  readonly #told: Map<string, number> = new Map();
  readonly #signal: AbortSignal;
  /** Aborted when no task is left. */
  readonly #over: AbortController = new AbortController();
  readonly #workers: Promise<void>[] = [];
  /** What tasks have asked for, and got. */
  readonly #wanted: Map<string, WantedSession<Server>> = new Map();
  #growth: WorkerGrowth | undefined;
  /** Workers that have not left. */
  #atWork = 0;

  constructor(tasks: readonly Task<Server>[], options: WorkerPoolOptions<Server>) {
    this.#options = options;
    this.#stack = new TaskStack(tasks);
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
  }

  async run(): Promise<void> {
    const { count, signal, clock } = this.#options;
    for (let at = count === "auto" ? 1 : count; at > 0; at -= 1) {
      this.#workers.push(this.#work(new WorkerSessions(this.#options.sessions)));
    }
    if (count === "auto") this.#growth = new WorkerGrowth({ clock, ...this.#growing });
    using _growth = this.#growth;
    // Others may come meanwhile.
    for (const worker of this.#workers) await worker;
    signal.throwIfAborted();
    this.#stop.signal.throwIfAborted();
  }

  get #growing(): Pick<GrowthOptions, "waiting" | "add"> {
    return {
      waiting: () => this.#stack.waiting,
      add: (count) => {
        for (let at = 0; at < count; at += 1) this.#workers.push(this.#join());
      },
    };
  }

  /** One more, when it has the sessions that the others have: a task that waited for a server that takes no more would be late. */
  async #join(): Promise<void> {
    const signal = AbortSignal.any([this.#signal, this.#over.signal]);
    const own = new WorkerSessions(this.#options.sessions);
    try {
      await Promise.all([...this.#wanted.values()].map((wanted) => own.get(wanted, signal)));
    } catch {
      this.#growth?.refused();
      return await own[Symbol.asyncDispose]();
    }
    this.#growth?.joined();
    await this.#work(own);
  }

  /** One worker, to its end. Never rejects. */
  async #work(sessions: WorkerSessions<Server>): Promise<void> {
    this.#atWork += 1;
    try {
      await using own = sessions;
      const pending = new PendingCompletions();
      const next = (): Task<Server> | undefined | Promise<Task<Server> | undefined> =>
        this.#stack.takeNow() ?? this.#stack.take();
      for (let task = await next(); task !== undefined; task = await next()) {
        if ((await this.#perform(task, own, pending)) === "leave") break;
        this.#growth?.finished();
        if (this.#atWork > 1 && this.#growth?.leaves()) break;
      }
      this.#atWork -= 1;
      if (this.#stack.isOver) this.#over.abort(new Error("all is done"));
      await pending.over();
    } catch (error) {
      this.#end(error);
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
        const wanted = { server, second };
        const key = own.keyOf(wanted);
        const opened = own.known(key) ?? (await own.get(wanted));
        if (!this.#wanted.has(key)) {
          this.#growth?.opened();
          this.#wanted.set(key, wanted);
        }
        // Some servers hang up behind each file: the task's first call makes the new session.
        if (isFtp(opened)) held.push(holderOf(opened)?.hold() ?? (() => {}));
        return opened;
      };
      const startTransfer: TaskContext<Server>["startTransfer"] = (transfer) =>
        pending.start(
          (onDataComplete) => {
            const isMuch = this.#stack.waiting >= this.#atWork;
            return transfer(onDataComplete, this.#meter(), isMuch ? onDataComplete : undefined);
          },
          (thrown) => {
            try {
              this.#failed(task, thrown);
            } catch (error) {
              this.#end(error); // nobody awaits this one
            }
          },
        );
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

  /** What has come of one file; what was there before is not counted. */
  #meter(): OnBytes {
    let seen: number | undefined;
    return (bytes) => {
      this.#growth?.moved(bytes - (seen ?? bytes));
      seen = bytes;
    };
  }

  /** When others have sessions, the server takes no more of us, and they do our work. Told once, and when it proves to take more. */
  #requireOthers({ server, cause }: Unreachable<Server>): void {
    const { sessions, note } = this.#options;
    const others = sessions.openWith(server);
    if (others === 0 || !isSallyportError(cause)) throw cause;
    if (this.#growth !== undefined) {
      this.#growth.refused();
      return;
    }
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

  /** The same without waiting: undefined also where one may come. */
  takeNow(): T | undefined {
    const task = this.#waiting.length > 0 ? undefined : this.#tasks.pop();
    if (task !== undefined) this.#running += 1;
    return task;
  }

  /** Tasks that nobody has taken yet. */
  get waiting(): number {
    return this.#tasks.length;
  }

  /** None is left, and none is running that could bring more. */
  get isOver(): boolean {
    return this.#running === 0 && this.#tasks.length === 0;
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

/** How much of the file is there. */
export type OnBytes = (bytes: number) => void;

/** The ends of a worker's transfers that the worker does not wait for. */
export class PendingCompletions {
  #count = 0;
  /** Who waits until there are fewer. */
  #waiting: (() => void)[] = [];

  /**
   * Resolves at the end of the transfer, or as soon as it calls `onDataComplete`; then `failed` is told if it fails after all.
   * @throws what the transfer throws before that
   */
  start(transfer: (onDataComplete: OnDataComplete) => Promise<void>, failed: (error: unknown) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      let isPending = false;
      let isOver = false;
      const onDataComplete = (): void => {
        if (isPending || isOver) return;
        isPending = true;
        this.#count += 1;
        // What this machine is slow to write must not pile up.
        if (this.#count < limits.clientPendingCompletionsMax) resolve();
        else this.#waiting.push(resolve);
      };
      const end = (settle: () => void): void => {
        isOver = true;
        if (isPending) this.#leave();
        else settle();
      };
      transfer(onDataComplete).then(
        () => end(resolve),
        (error: unknown) => {
          if (isPending) failed(error);
          end(() => reject(error));
        },
      );
    });
  }

  #leave(): void {
    this.#count -= 1;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** All of them are over. */
  async over(): Promise<void> {
    while (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

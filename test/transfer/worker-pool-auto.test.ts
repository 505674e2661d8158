// `-j auto`: workers that come while others are at work.
import { expect, test } from "vitest";
import { Deferred } from "../../src/platform/deferred.ts";
import { SallyportError } from "../../src/protocol/error.ts";
import type { ServerSession } from "../../src/transfer/server-session.ts";
import { runTasks, type Task } from "../../src/transfer/worker-pool.ts";
import type { SessionSource } from "../../src/transfer/worker-sessions.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** Opens sessions that do nothing; the first needs nobody's leave. */
class Sessions implements SessionSource<"server"> {
  readonly attempts: number[] = [];
  most = 0;
  released = 0;
  #open = 0;
  readonly #admit: (nth: number, signal: AbortSignal | undefined) => Promise<void>;

  constructor(admit: (nth: number, signal: AbortSignal | undefined) => Promise<void> = async () => {}) {
    this.#admit = admit;
  }

  keyOf(): string {
    return "server";
  }

  async open(_server: "server", signal?: AbortSignal): Promise<ServerSession> {
    const nth = this.attempts.push(this.#open) - 1;
    if (nth > 0) await this.#admit(nth, signal);
    this.#open += 1;
    this.most = Math.max(this.most, this.#open);
    return { closed: new Promise(() => {}) } as unknown as ServerSession;
  }

  async release(): Promise<void> {
    this.#open -= 1;
    this.released += 1;
  }

  openWith(): number {
    return this.#open;
  }
}

/** Files that take 100 ms each: whoever has begun one waits until time passes. `atOnce`: how many are over then. */
async function run(
  count: number,
  sessions: Sessions,
  fails: (at: number) => boolean = () => false,
  atOnce = Number.POSITIVE_INFINITY,
): Promise<{ done: Set<string>; failed: string[]; notes: string[] }> {
  const clock = new FakeClock();
  const done = new Set<string>();
  const failed: string[] = [];
  const notes: string[] = [];
  const running = new Set<Deferred<void>>();
  const tasks: Task<"server">[] = Array.from({ length: count }, (_, at) => ({
    name: `f${at}`,
    run: async ({ session }) => {
      await session("server");
      const file = new Deferred<void>();
      running.add(file);
      await file.promise;
      if (fails(at)) throw new SallyportError("FTP_REPLY_PERMANENT", "550");
      done.add(`f${at}`);
      return undefined;
    },
  }));
  let isOver = false;
  const whole = runTasks(tasks, {
    sessions,
    count: "auto",
    clock,
    signal: new AbortController().signal,
    failed: (name) => failed.push(name),
    note: (text) => notes.push(text),
  }).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    clock.advance(100);
    for (const file of [...running].slice(0, atOnce)) {
      file.resolve();
      running.delete(file);
    }
  }
  await whole;
  return { done, failed, notes };
}

test("a run of many files begins with one session and ends with four, all of which are given back", async () => {
  const sessions = new Sessions();
  const { done, failed } = await run(100, sessions);
  expect([done.size, failed]).toEqual([100, []]);
  expect([sessions.attempts[1], sessions.most, sessions.released]).toEqual([1, 4, 4]);
});

test("a server that is no faster with four sessions has three of them back soon, and loses no file", async () => {
  const sessions = new Sessions();
  let releasedAtEnd = 0;
  const { done, failed } = await run(
    60,
    sessions,
    (at) => {
      if (at === 40) releasedAtEnd = sessions.released;
      return false;
    },
    1,
  );
  expect([done.size, failed, sessions.most]).toEqual([60, [], 4]);
  expect([releasedAtEnd, sessions.released]).toEqual([3, 4]);
});

test("a server that refuses further sessions is asked for all of them once, loses no file, and nobody is told", async () => {
  const sessions = new Sessions(async () => {
    throw new SallyportError("FTP_REPLY_TRANSIENT", "421 too many connections");
  });
  const { done, failed, notes } = await run(60, sessions);
  expect([done.size, failed, notes]).toEqual([60, [], []]);
  expect([sessions.attempts, sessions.most, sessions.released]).toEqual([[0, 1, 1, 1], 1, 1]);
});

test("a server that never answers a further session holds up nothing: the attempt is given up when all is done", async () => {
  let isGivenUp = false;
  const sessions = new Sessions(
    (_nth, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => {
          isGivenUp = true;
          reject(signal.reason);
        });
      }),
  );
  const { done } = await run(60, sessions);
  expect([done.size, isGivenUp, sessions.most]).toEqual([60, true, 1]);
});

test("files that fail are counted, and the others go over all sessions", async () => {
  const sessions = new Sessions();
  const { done, failed } = await run(100, sessions, (at) => at % 10 === 3);
  expect([done.size, failed.length, sessions.most]).toEqual([90, 10, 4]);
});

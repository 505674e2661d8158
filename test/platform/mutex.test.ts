import { expect, test } from "vitest";
import { Deferred } from "../../src/platform/deferred.ts";
import { Mutex } from "../../src/platform/mutex.ts";

const never = new AbortController().signal;
const reason = new Error("enough");

test("one runs at a time, in the order of asking, also behind one that failed or gave its place up", async () => {
  const mutex = new Mutex();
  const first = new Deferred();
  const log: string[] = [];
  const one = mutex.take(async () => {
    log.push("first");
    await first.promise;
    throw reason;
  }, never);
  const leaving = new AbortController();
  const gone = mutex.take(async () => void log.push("gone"), leaving.signal);
  const others = ["second", "third"].map((name) => mutex.take(async () => void log.push(name), never));
  leaving.abort(reason);
  await expect(gone).rejects.toBe(reason);
  expect(log).toEqual(["first"]);
  first.resolve();
  await expect(one).rejects.toBe(reason);
  await Promise.all(others);
  expect(log).toEqual(["first", "second", "third"]);
});

test("behind a release the next one begins, once, and idle waits for both", async () => {
  const mutex = new Mutex();
  const [end, nextEnd] = [new Deferred(), new Deferred()];
  const log: string[] = [];
  const one = mutex.take(async (release) => {
    release();
    release();
    await end.promise;
    log.push("first");
  }, never);
  const two = mutex.take(async () => {
    log.push("second");
    await nextEnd.promise;
  }, never);
  const three = mutex.take(async () => void log.push("third"), never);
  const idle = mutex.idle().then(() => log.push("idle"));
  await Promise.resolve().then(() => {});
  expect(log).toEqual(["second"]);
  nextEnd.resolve();
  await Promise.all([two, three]);
  expect(log).toEqual(["second", "third"]);
  end.resolve();
  await Promise.all([one, idle]);
  expect(log).toEqual(["second", "third", "first", "idle"]);
});

test("an aborted signal takes no turn, and work that throws at once gives it back", async () => {
  const mutex = new Mutex();
  await expect(mutex.take(async () => "never", AbortSignal.abort(reason))).rejects.toBe(reason);
  const throwing = (): Promise<void> => {
    throw reason;
  };
  await expect(mutex.take(throwing, never)).rejects.toBe(reason);
  await expect(mutex.take(async () => "works", never)).resolves.toBe("works");
});

test("whoever asked is told once that it is over: its work has ended, has failed, or never began", async () => {
  const mutex = new Mutex();
  const end = new Deferred();
  const over: string[] = [];
  const taking = (name: string, work: () => Promise<void>, signal: AbortSignal = never): Promise<void> =>
    mutex.take(work, signal, () => over.push(name)).catch(() => {});
  const leaving = new AbortController();
  const all = [
    taking("ended", () => end.promise),
    taking("failed", async () => {
      throw reason;
    }),
    taking("thrown at once", () => {
      throw reason;
    }),
    taking("gone", async () => {}, leaving.signal),
    taking("too late", async () => {}, AbortSignal.abort(reason)),
  ];
  leaving.abort(reason);
  end.resolve();
  await Promise.all(all);
  await mutex.idle();
  expect(over.sort()).toEqual(["ended", "failed", "gone", "thrown at once", "too late"]);
});

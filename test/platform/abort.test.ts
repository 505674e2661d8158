import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import {
  abortablePromise,
  attemptUntil,
  LinkedAbort,
  onAbort,
  raceAbort,
  SpareAborts,
} from "../../src/platform/abort.ts";
import { Deferred } from "../../src/platform/deferred.ts";
import { limits } from "../../src/protocol/limits.ts";

const reason = new Error("enough");

test("onAbort calls once, at once when the signal is aborted already, and not after it was stopped", () => {
  const controller = new AbortController();
  const calls: string[] = [];
  onAbort(controller.signal, () => calls.push("first"));
  const stop = onAbort(controller.signal, () => calls.push("stopped"));
  stop();
  stop();
  controller.abort(reason);
  onAbort(controller.signal, () => calls.push("late"));
  expect(calls).toEqual(["first", "late"]);
});

test("however many wait for a signal, it has one listener, and none when nobody waits any more", async () => {
  const { signal } = new AbortController();
  const listeners = (): number => getEventListeners(signal, "abort").length;
  const over: (() => void)[] = [];
  const begin = (end: () => void): (() => void) => {
    over.push(end);
    return () => {};
  };
  const waits = Array.from({ length: 50 }, () => abortablePromise<void>(signal, begin));
  expect(listeners()).toBe(1);
  for (const end of over) end();
  await Promise.all(waits);
  expect(listeners()).toBe(0);
});

test("what an abort ends may stop others and begin new ones", () => {
  const controller = new AbortController();
  const calls: string[] = [];
  onAbort(controller.signal, () => {
    calls.push("first");
    stop();
    onAbort(controller.signal, () => calls.push("late"));
  });
  const stop = onAbort(controller.signal, () => calls.push("stopped"));
  onAbort(controller.signal, () => calls.push("last"));
  controller.abort(reason);
  expect(calls).toEqual(["first", "late", "last"]);
});

test("an attempt's signal is aborted with the one that ends it, for its reason, and no more once it is over", async () => {
  const controller = new AbortController();
  const over: AbortSignal[] = [];
  const wait = (signal: AbortSignal): Promise<void> => raceAbort(new Promise<void>(() => {}), signal);
  await attemptUntil(controller.signal, undefined, async (signal) => void over.push(signal));
  const running = attemptUntil(controller.signal, undefined, wait);
  controller.abort(reason);
  await expect(running).rejects.toBe(reason);
  await expect(attemptUntil(controller.signal, undefined, wait)).rejects.toBe(reason);
  expect(over.map(({ aborted }) => aborted)).toEqual([false]);
});

test("onAbort passes nothing on: a promise that it resolves has no value", async () => {
  const controller = new AbortController();
  const promise = new Promise<unknown>((resolve) => void onAbort(controller.signal, resolve as () => void));
  controller.abort(reason);
  expect(await promise).toBeUndefined();
});

test("onAbort of no signal does nothing", () => {
  expect(onAbort(undefined, () => expect.unreachable())()).toBeUndefined();
});

test("abortablePromise does not begin when the signal is aborted already", async () => {
  const promise = abortablePromise(AbortSignal.abort(reason), () => expect.unreachable());
  await expect(promise).rejects.toBe(reason);
});

test.each<[string, (end: Ends) => void, unknown]>([
  ["resolved", ({ resolve }) => resolve(1), 1],
  ["rejected", ({ reject }) => reject(reason), reason],
  ["aborted", ({ controller }) => controller.abort(reason), reason],
])("abortablePromise tidies up once when it is %s, and ignores what comes later", async (_, settle, outcome) => {
  const controller = new AbortController();
  let tidied = 0;
  let ends: Ends | undefined;
  const promise = abortablePromise<number>(controller.signal, (resolve, reject) => {
    ends = { resolve, reject, controller };
    return () => {
      tidied += 1;
    };
  });
  settle(ends as Ends);
  expect(tidied).toBe(1);
  (ends as Ends).resolve(2);
  controller.abort(new Error("later"));
  await expect(promise.catch((error: unknown) => error)).resolves.toBe(outcome);
  expect(tidied).toBe(1);
});

interface Ends {
  readonly resolve: (value: number) => void;
  readonly reject: (reason: unknown) => void;
  readonly controller: AbortController;
}

test("abortablePromise tidies up what settles before `start` has returned", async () => {
  let tidied = 0;
  const promise = abortablePromise<number>(new AbortController().signal, (resolve) => {
    resolve(1);
    return () => {
      tidied += 1;
    };
  });
  expect(tidied).toBe(1);
  await expect(promise).resolves.toBe(1);
});

test("raceAbort leaves no unhandled rejection behind an abort", async () => {
  const work = new Deferred();
  const raced = raceAbort(work.promise, AbortSignal.abort(reason));
  work.reject(new Error("unheard"));
  await expect(raced).rejects.toBe(reason);
});

const listeners = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

/** What Node keeps in a signal: its own sets are under symbols. */
const keptIn = (signal: AbortSignal): number =>
  Object.getOwnPropertySymbols(signal)
    .map((symbol) => Reflect.get(signal, symbol))
    .reduce((sum: number, value) => sum + (typeof value?.size === "number" ? value.size : 0), 0);

test("a linked signal is aborted with any of its sources, for that one's reason", () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const linked = new LinkedAbort(one.signal, undefined, other.signal);
  const reason = new Error("enough");
  other.abort(reason);
  expect(linked.signal.reason).toBe(reason);
  expect(listeners(one.signal) + listeners(other.signal)).toBe(0);
});

test("a linked signal of one that is aborted already is born aborted", () => {
  const reason = new Error("enough");
  expect(new LinkedAbort(new AbortController().signal, AbortSignal.abort(reason)).signal.reason).toBe(reason);
});

test("who waits for a linked signal is called once, behind Node's own listeners, and not after it was stopped", () => {
  const linked = new LinkedAbort();
  const calls: string[] = [];
  onAbort(linked.signal, () => calls.push("ours"));
  onAbort(linked.signal, () => calls.push("stopped"))();
  linked.signal.addEventListener("abort", () => calls.push("Node's"));
  expect(getEventListeners(linked.signal, "abort").length).toBe(1);
  linked.abort(reason);
  linked.abort(new Error("again"));
  expect(calls).toEqual(["Node's", "ours"]);
  expect(linked.signal.reason).toBe(reason);
});

test("fifty linked signals cost a source one listener, and those that are over nothing at all", () => {
  const source = new AbortController();
  const before = keptIn(source.signal);
  const linked = Array.from({ length: 50 }, () => new LinkedAbort(source.signal));
  expect(listeners(source.signal)).toBe(1);
  for (const [index, one] of linked.entries()) {
    if (index % 2 === 0) one.release();
    else one.abort(new Error("over"));
  }
  expect(listeners(source.signal)).toBe(0);
  expect(keptIn(source.signal)).toBe(before);
});

test("a linked signal that was released is not aborted any more", () => {
  const source = new AbortController();
  const [released, kept] = [new LinkedAbort(source.signal), new LinkedAbort(source.signal)];
  released.release();
  source.abort(new Error("enough"));
  expect([released.signal.aborted, kept.signal.aborted]).toEqual([false, true]);
});

test("a linked signal that was given back serves again, and its first source ends it no more", () => {
  const spare = new SpareAborts();
  const [first, second] = [new AbortController(), new AbortController()];
  const link = spare.take(first.signal);
  spare.giveBack(link);
  const again = spare.take(second.signal);
  expect(again).toBe(link);
  first.abort(reason);
  expect(again.signal.aborted).toBe(false);
  second.abort(reason);
  expect(again.signal.reason).toBe(reason);
});

test("a linked signal that was aborted, or that somebody still waits for, never serves again", () => {
  const spare = new SpareAborts();
  const aborted = spare.take(AbortSignal.abort(reason));
  const awaited = spare.take();
  const stop = onAbort(awaited.signal, () => {});
  spare.giveBack(aborted);
  spare.giveBack(awaited);
  const next = Array.from({ length: 10 }, () => spare.take());
  expect(next).not.toContain(aborted);
  expect(next).not.toContain(awaited);
  stop();
});

test("no more than spareSignalsMax of them are kept", () => {
  const spare = new SpareAborts();
  const taken = Array.from({ length: limits.spareSignalsMax + 2 }, () => spare.take());
  for (const abort of taken) spare.giveBack(abort);
  const again = taken.map(() => spare.take());
  expect(again.filter((abort) => taken.includes(abort))).toHaveLength(limits.spareSignalsMax);
});

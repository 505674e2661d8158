// Many things that one signal ends.
import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { raceAbort } from "../../src/platform/abort.ts";
import { ChildSignals } from "../../src/platform/child-signals.ts";

const never = new Promise<void>(() => {});
const untilAborted = (fan: ChildSignals): Promise<unknown> =>
  fan.during((signal) => raceAbort(never, signal)).catch((reason: unknown) => reason);

test("fifty children cost their parent one listener, and none when they are over", async () => {
  const parent = new AbortController();
  const fan = new ChildSignals(parent.signal);
  const listeners = (): number => getEventListeners(parent.signal, "abort").length;
  const over: (() => void)[] = [];
  const work = Array.from({ length: 50 }, () => fan.during(() => new Promise<void>((resolve) => over.push(resolve))));
  expect(listeners()).toBe(1);
  for (const end of over) end();
  await Promise.all(work);
  expect(listeners()).toBe(0);
});

test("all of them are aborted with the parent, for its reason", async () => {
  const parent = new AbortController();
  const fan = new ChildSignals(parent.signal);
  const work = Promise.all([untilAborted(fan), untilAborted(fan)]);
  const reason = new Error("enough");
  parent.abort(reason);
  expect(await work).toEqual([reason, reason]);
});

test("a child of an aborted parent is born aborted", async () => {
  const reason = new Error("enough");
  expect(await untilAborted(new ChildSignals(AbortSignal.abort(reason)))).toBe(reason);
});

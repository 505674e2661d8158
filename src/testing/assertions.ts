// What node:assert lacks on Node 20.
import { AssertionError, deepEqual, rejects, strictEqual } from "node:assert/strict";
import { wakefulClock } from "../network/system-clock.ts";
import { wait } from "../platform/clock.ts";

/** Each property of `part`, at any depth, is the same in `actual`, which may have more. */
export function matches(actual: unknown, part: object): void {
  deepEqual(shared(actual, part), part);
}

/** `actual` without what `part` does not name. */
function shared(actual: unknown, part: unknown): unknown {
  if (typeof part !== "object" || part === null || typeof actual !== "object" || actual === null) return actual;
  if (Array.isArray(part)) return actual;
  return Object.fromEntries(
    Object.entries(part)
      .filter(([name]) => name in actual)
      .map(([name, value]) => [name, shared((actual as Record<string, unknown>)[name], value)]),
  );
}

/** Rejects with that very reason. */
export async function rejectsWith(promise: Promise<unknown>, reason: unknown): Promise<void> {
  await rejects(promise, (found) => {
    strictEqual(found, reason);
    return true;
  });
}

/** Rejects with what {@link matches}. */
export async function rejectsLike(promise: Promise<unknown>, part: object): Promise<void> {
  await rejects(promise, (found) => {
    matches(found, part);
    return true;
  });
}

/** Long enough for a machine with much other work. */
const patienceMs = 120_000;

/** Resolves when `look` gives true; for what gives no event. */
export async function until(what: () => string, look: () => boolean): Promise<void> {
  const end = wakefulClock.nowMs() + patienceMs;
  while (!look()) {
    if (wakefulClock.nowMs() > end) throw new AssertionError({ message: `not within ${patienceMs} ms: ${what()}` });
    await wait(wakefulClock, 5, never);
  }
}

const never: AbortSignal = new AbortController().signal;

// For what gives no event (another process, /proc): look again until it holds, within a bound.
import { patienceMs } from "./patience.ts";

/** Resolves with the first value of `look` that is not undefined or false; fails with `what` after `timeoutMs`. */
export async function until<T>(
  what: string | (() => string),
  look: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = patienceMs,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) {
      throw new Error(`not within ${timeoutMs} ms: ${typeof what === "string" ? what : what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

// What the other end's system has taken of what we wrote. Within one machine the first packets are of 64 KiB, and the send buffer
// is 4 MiB from the start: whoever writes there cannot tell a reader from one that stands still. Elsewhere the buffer grows with
// what the peer acknowledges.
import { type Clock, wait } from "../platform/clock.ts";
import type { Ends } from "../platform/endpoint.ts";
import { limits } from "../protocol/limits.ts";
import { isWithinMachine, socketRow } from "./socket-row.ts";

/** A connection's `acknowledged`; nothing where the system is not asked. */
export function acknowledgedIn(
  ends: Ends,
  clock: Clock,
): ((rest: number, signal: AbortSignal) => Promise<void>) | undefined {
  if (!isWithinMachine(ends)) return undefined;
  return async (rest, signal) => {
    let waitMs = limits.acknowledgedWaitMs;
    while (!signal.aborted) {
      const row = await socketRow(ends, signal);
      if (row === undefined || row.unacknowledged <= rest) return;
      await wait(clock, waitMs, signal).catch(() => {});
      waitMs = Math.min(2 * waitMs, limits.acknowledgedWaitMsMax);
    }
  };
}

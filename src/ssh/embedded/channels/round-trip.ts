// How long the line is: the shortest of some answers to a question that costs the server nothing.
import type { Clock } from "../../../platform/clock.ts";
import type { Pace } from "../../channels/machine/window-pace.ts";

const samples = 4;

/** Measures from now on, one question after the other. Until the first answer the line counts as endlessly long. */
export function measureRoundTrip(clock: Clock, ask: (onAnswer: () => void) => void): Pace {
  let shortestMs = Number.POSITIVE_INFINITY;
  const sample = (left: number): void => {
    const sinceMs = clock.nowMs();
    ask(() => {
      shortestMs = Math.min(shortestMs, clock.nowMs() - sinceMs);
      if (left > 1) sample(left - 1);
    });
  };
  sample(samples);
  return { nowMs: () => clock.nowMs(), roundTripMs: () => shortestMs };
}

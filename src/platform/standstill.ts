// Whether something moves, looked at from time to time.
import type { Clock } from "./clock.ts";

/** Calls `stoodStill` once `mark` has been the same for `ms`. The function that it gives stops watching. */
export function watchStandstill(clock: Clock, ms: number, mark: () => number, stoodStill: () => void): () => void {
  let seen = mark();
  let cancel = (): void => {};
  const look = (): void => {
    const now = mark();
    if (now === seen) {
      stoodStill();
      return;
    }
    seen = now;
    cancel = clock.after(ms, look);
  };
  cancel = clock.after(ms, look);
  return () => cancel();
}

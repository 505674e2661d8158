// Time comes in through this interface, so that a simulation can own it.
import { abortablePromise, LinkedAbort } from "./abort.ts";

/** Monotonic milliseconds and timers. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  nowMs(): number;
  /** Calls back once after `delayMs`; the returned function cancels. Does not keep the program alive. */
  after(delayMs: number, callback: () => void): () => void;
  /** Resolves when other programs have had this one's processor for a moment, some 0.1 ms. Absent where there are none. */
  moment?(): Promise<void>;
}

/** A signal that aborts after `delayMs` with `reason()`, or with the outer signal's reason. `release` frees the timer. */
export function withDeadline(
  clock: Clock,
  delayMs: number,
  outer: AbortSignal | undefined,
  reason: () => unknown,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const end = new LinkedAbort(outer);
  const cancel = clock.after(delayMs, () => end.abort(reason()));
  const release = (): void => {
    cancel();
    end.release();
  };
  return { signal: end.signal, release };
}

/** Resolves after `delayMs`, or rejects with the signal's reason. */
export function wait(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return abortablePromise(signal, (resolve) => clock.after(delayMs, resolve));
}

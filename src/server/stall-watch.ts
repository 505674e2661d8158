// Ends a transfer in which nothing moves.
import { onAbort } from "../platform/abort.ts";
import type { Clock } from "../platform/clock.ts";
import { SallyportError } from "../protocol/error.ts";

/** A signal that follows `outer`, and aborts by itself when `progress` has not changed for `stallMs`. */
export function watchStall(
  clock: Clock,
  stallMs: number,
  progress: { readonly bytes: number },
  outer: AbortSignal,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const stopListening = onAbort(outer, () => controller.abort(outer.reason));
  let seen = progress.bytes;
  let cancel = (): void => {};
  const look = (): void => {
    if (progress.bytes === seen) {
      controller.abort(new SallyportError("NET_TIMEOUT", `no byte has moved for ${stallMs / 1000} s`));
      return;
    }
    seen = progress.bytes;
    cancel = clock.after(stallMs, look);
  };
  cancel = clock.after(stallMs, look);
  const release = (): void => {
    cancel();
    stopListening();
  };
  return { signal: controller.signal, release };
}

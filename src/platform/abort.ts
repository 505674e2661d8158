// What an AbortSignal ends.

/** Runs `run` when the signal is aborted, at once if it is already. The function that it gives stops listening; idempotent. */
export function onAbort(signal: AbortSignal | undefined, run: () => void): () => void {
  // Without the event: who resolves a promise with it would give it as the value.
  const listener = (): void => run();
  if (signal?.aborted) run();
  else signal?.addEventListener("abort", listener, { once: true });
  return () => signal?.removeEventListener("abort", listener);
}

/**
 * A promise that an abort rejects with the signal's reason. `start` begins the work, unless the signal is aborted already, and
 * gives what tidies up: called once, just before the promise is settled, by whatever.
 */
export function abortablePromise<T>(
  signal: AbortSignal,
  start: (resolve: (value: T) => void, reject: (reason: unknown) => void) => () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    let isSettled = false;
    let release: (() => void) | undefined;
    const settle = (): void => {
      isSettled = true;
      release?.();
      release = undefined;
    };
    const settled =
      <A>(then: (outcome: A) => void) =>
      (outcome: A): void => {
        settle();
        then(outcome);
      };
    const tidyUp = start(settled(resolve), settled(reject));
    const stopListening = onAbort(signal, () => settled(reject)(signal.reason));
    release = () => {
      stopListening();
      tidyUp();
    };
    if (isSettled) settle();
  });
}

/** What `work` gives, or the signal's reason as soon as it is aborted; the work then goes on unheard. */
export function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => reject(signal.reason));
    work.then(resolve, reject).finally(stopListening);
  });
}

/** `signal` ends the attempt and nothing later; `whole` ends the attempt and whatever it has made. */
export async function attemptUntil<T>(
  signal: AbortSignal | undefined,
  whole: AbortSignal | undefined,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const stopListening = onAbort(signal, () => stop.abort(signal?.reason));
  try {
    return await attempt(whole === undefined ? stop.signal : AbortSignal.any([whole, stop.signal]));
  } finally {
    stopListening();
  }
}

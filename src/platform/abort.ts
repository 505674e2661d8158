// What an AbortSignal ends.
import { limits } from "../protocol/limits.ts";

/** What waits for a signal. One listener does for all of it: from the eleventh on Node would take them for a leak. */
class AbortListeners {
  /** Absent: who aborts it calls {@link run}. */
  readonly #signal: AbortSignal | undefined;
  readonly #runs: Set<() => void> = new Set();
  #hasBegun = false;

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  get isAborted(): boolean {
    return this.#signal === undefined ? this.#hasBegun : this.#signal.aborted;
  }

  /** For who calls {@link run}: whoever comes from now on is late. */
  begin(): void {
    this.#hasBegun = true;
  }

  add(run: () => void): () => void {
    const mine = (): void => run(); // may be there more than once
    if (this.#runs.size === 0) this.#signal?.addEventListener("abort", this.run);
    this.#runs.add(mine);
    return () => {
      if (this.#runs.delete(mine) && this.#runs.size === 0) this.#signal?.removeEventListener("abort", this.run);
    };
  }

  get isEmpty(): boolean {
    return this.#runs.size === 0;
  }

  readonly run = (): void => {
    for (const run of this.#runs) run();
    this.#runs.clear();
  };
}

const listenersKey: unique symbol = Symbol("listeners");

interface ListenedSignal extends AbortSignal {
  [listenersKey]?: AbortListeners;
}

/** Runs `run` when the signal is aborted, at once if it is already. The function that it gives stops listening; idempotent. */
export function onAbort(signal: ListenedSignal | undefined, run: () => void): () => void {
  if (signal === undefined) return () => {};
  signal[listenersKey] ??= new AbortListeners(signal);
  const listeners = signal[listenersKey];
  if (!listeners.isAborted) return listeners.add(run);
  run();
  return () => {};
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => void onAbort(signal, resolve));
}

/**
 * A promise that an abort rejects with the signal's reason. `start` begins the work, unless the signal is aborted already, and
 * gives what tidies up: called once, just before the promise is settled, by whatever.
 */
export function abortablePromise<T>(
  signal: AbortSignal | undefined,
  start: (resolve: (value: T) => void, reject: (reason: unknown) => void) => (isAborted: boolean) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    let isSettled = false;
    let stopListening: (() => void) | undefined;
    let tidyUp: ((isAborted: boolean) => void) | undefined;
    const settle = (isAborted: boolean): void => {
      isSettled = true;
      stopListening?.();
      tidyUp?.(isAborted);
      stopListening = tidyUp = undefined;
    };
    const fail = (reason: unknown): void => {
      settle(false);
      reject(reason);
    };
    const succeed = (value: T): void => {
      settle(false);
      resolve(value);
    };
    tidyUp = start(succeed, fail);
    if (isSettled) return settle(false);
    if (signal === undefined) return;
    stopListening = onAbort(signal, () => {
      settle(true);
      reject(signal.reason);
    });
  });
}

/** What `work` gives, or the signal's reason as soon as it is aborted; the work then goes on unheard. */
export function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => reject(signal.reason));
    // Not `finally`, which makes two promises more: this is done several times for each file.
    work.then(
      (value) => {
        stopListening();
        resolve(value);
      },
      (reason: unknown) => {
        stopListening();
        reject(reason);
      },
    );
  });
}

/**
 * A signal that is aborted with others. It has to be aborted or released in the end: until then its sources keep it. `AbortSignal.any` needs neither, but
 * in Node 20 it leaves a trace in each source for as long as that lives. Who waits by {@link onAbort} is called from here, for Node's listeners cost
 * more than the rest.
 */
export class LinkedAbort {
  readonly signal: AbortSignal;
  readonly #controller: AbortController = new AbortController();
  readonly #listeners: AbortListeners = new AbortListeners();
  #stops: (() => void)[] = [];

  constructor(...sources: readonly (AbortSignal | undefined)[]) {
    const signal: ListenedSignal = this.#controller.signal;
    signal[listenersKey] = this.#listeners;
    this.signal = signal;
    for (const source of sources) this.follow(source);
  }

  /** Of one more source. */
  follow(source: AbortSignal | undefined): void {
    this.#stops.push(onAbort(source, () => this.abort(source?.reason)));
    if (this.isAborted) this.release();
  }

  get isAborted(): boolean {
    return this.#listeners.isAborted;
  }

  /** Not aborted, and nobody waits for it by {@link onAbort}. */
  get isAsNew(): boolean {
    return !this.isAborted && this.#listeners.isEmpty;
  }

  /** Idempotent. */
  abort(reason: unknown): void {
    this.release();
    this.#listeners.begin();
    this.#controller.abort(reason);
    this.#listeners.run();
  }

  /** It follows nobody any more; idempotent. */
  release(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }
}

/** For one attempt after the other. One whose attempt went well is as good as new; to make another one costs more than to write a reply. */
export class SpareAborts {
  readonly #spare: LinkedAbort[] = [];

  /** It follows `source`, if there is one. */
  take(source?: AbortSignal): LinkedAbort {
    const abort = this.#spare.pop() ?? new LinkedAbort();
    if (source !== undefined) abort.follow(source);
    return abort;
  }

  /** When what it was for is over; once. One that was aborted, or that somebody still waits for, serves nobody else. */
  giveBack(abort: LinkedAbort): void {
    abort.release();
    if (abort.isAsNew && this.#spare.length < limits.spareSignalsMax) this.#spare.push(abort);
  }
}

/** `signal` ends the attempt and nothing later; `whole` ends the attempt and whatever it has made. */
export async function attemptUntil<T>(
  signal: AbortSignal | undefined,
  whole: AbortSignal | undefined,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new LinkedAbort(signal);
  try {
    return await attempt(whole === undefined ? stop.signal : AbortSignal.any([whole, stop.signal]));
  } finally {
    stop.release();
  }
}

// "Please stop", asked once or twice: by a signal, or by Ctrl-C in a question.
import { onAbort } from "../../platform/abort.ts";
import type { ProcessIo } from "./process-io.ts";

/** The first request asks for a graceful end, the second for an immediate one. */
export class StopRequest implements Disposable {
  /** Aborted with a {@link Stopped} by the first request. */
  readonly first: AbortSignal;
  readonly second: AbortSignal;
  readonly #first = new AbortController();
  readonly #second = new AbortController();
  readonly #release: () => void;

  constructor(onStopSignal: ProcessIo["onStopSignal"]) {
    this.first = this.#first.signal;
    this.second = this.#second.signal;
    this.#release = onStopSignal((signal) => this.request(signal));
  }

  request(signal: NodeJS.Signals): void {
    (this.first.aborted ? this.#second : this.#first).abort(new Stopped(signal));
  }

  [Symbol.dispose](): void {
    this.#release();
  }
}

/** The reason of an abort by signal: no error to report. */
export class Stopped extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.name = "Stopped";
    this.signal = signal;
  }
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => void onAbort(signal, resolve));
}

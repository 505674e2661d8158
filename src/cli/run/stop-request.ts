// "Please stop", asked once or twice: by a signal, or by Ctrl-C in a question.
import { exitStatusOfSignal } from "../exit-status.ts";
import type { ProcessIo } from "./process-io.ts";

/** The first request asks for a graceful end, the second for an immediate one. */
export class StopRequest implements Disposable {
  /** Aborted by the first request. */
  readonly first: AbortSignal;
  readonly second: AbortSignal;
  readonly #first = new AbortController();
  readonly #second = new AbortController();
  readonly #signals: Map<unknown, NodeJS.Signals> = new Map();
  readonly #release: () => void;

  constructor(onStopSignal: ProcessIo["onStopSignal"]) {
    this.first = this.#first.signal;
    this.second = this.#second.signal;
    this.#release = onStopSignal((signal) => this.request(signal));
  }

  request(signal: NodeJS.Signals): void {
    const reason = new Error(`stopped by ${signal}`);
    this.#signals.set(reason, signal);
    (this.first.aborted ? this.#second : this.#first).abort(reason);
  }

  /** The signal, where what was thrown is the reason of one of the aborts, and no error to report. */
  signalOf(thrown: unknown): NodeJS.Signals | undefined {
    return this.#signals.get(thrown);
  }

  [Symbol.dispose](): void {
    this.#release();
  }
}

/** The status that `work` gives, or that of the signal which ended it. Throws what is to be reported to the user. */
export async function untilStopped(
  onStopSignal: ProcessIo["onStopSignal"],
  work: (stop: StopRequest) => Promise<number>,
): Promise<number> {
  using stop = new StopRequest(onStopSignal);
  try {
    return await work(stop);
  } catch (error) {
    const signal = stop.signalOf(error);
    if (signal !== undefined) return exitStatusOfSignal(signal);
    throw error;
  }
}

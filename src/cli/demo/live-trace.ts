// The trace of the user's own client, as it happens.
import type { TraceEvent } from "../../platform/trace.ts";
import type { TraceRenderer } from "../trace/trace-renderer.ts";

// As in trace-writer: long enough for the other side's half of a line, short enough for somebody who watches.
const quietMs = 30;

export class LiveTrace implements Disposable {
  readonly #renderer: TraceRenderer;
  readonly #print: (lines: readonly string[]) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(renderer: TraceRenderer, print: (lines: readonly string[]) => void) {
    this.#renderer = renderer;
    this.#print = print;
  }

  push(event: TraceEvent): void {
    clearTimeout(this.#timer);
    this.#print(this.#renderer.push(event));
    this.#timer = setTimeout(() => this.#print(this.#renderer.flush()), quietMs).unref();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#print(this.#renderer.flush());
  }
}

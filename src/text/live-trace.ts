// Drives the renderer: events in, lines out, and the line that was held back soon after.
import type { TraceEvent } from "../platform/trace.ts";
import type { TraceRenderer } from "./trace-renderer.ts";

// Long enough for the other side's half of a line, short enough for somebody who watches.
const quietMs = 30;

/** A renderer that gives its held line when it has been quiet for a moment. */
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

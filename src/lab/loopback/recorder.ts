// What the tunnels of a stage trace, kept, and passed on to whoever watches.
import type { Trace, TraceEvent } from "../../platform/trace.ts";
import { limits } from "../../protocol/limits.ts";

export class Recorder {
  readonly #events: TraceEvent[] = [];
  /** Called with each event from now on. */
  watcher: Trace = () => {};

  readonly record: Trace = (event) => {
    if (this.#events.length < limits.labTraceEventsMax) this.#events.push(event);
    this.watcher(event);
  };

  /** How many there are so far: a place to begin a part at. */
  get mark(): number {
    return this.#events.length;
  }

  /** The events since a mark. */
  since(mark: number): readonly TraceEvent[] {
    return this.#events.slice(mark);
  }
}

// The progress line on a terminal, redrawn a few times a second. Without a terminal nothing is shown.
import type { Progress } from "../../client/transfer-options.ts";
import { type Gauge, Progress as TransferProgress } from "../progress/progress.ts";
import type { ProgressView } from "./shell.ts";

export interface ViewOptions {
  readonly name: string;
  readonly hash: boolean;
  /** Absent: no terminal. */
  readonly columns: number | undefined;
  readonly write: (text: string) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
}

const hashBytes = 65_536;

export function openProgressView(options: ViewOptions): ProgressView {
  if (options.columns === undefined) return { update: () => {}, erase: () => {}, [Symbol.dispose]: () => {} };
  return options.hash ? new HashView(options) : new LineView(options);
}

class LineView implements ProgressView {
  readonly #progress: TransferProgress;
  readonly #gauge: Gauge;

  constructor(options: ViewOptions) {
    this.#progress = new TransferProgress(options);
    this.#gauge = this.#progress.begin(options.name);
  }

  update({ bytes, size }: Progress): void {
    this.#gauge.update(bytes, size);
  }

  erase(): void {
    this.#progress.erase();
  }

  [Symbol.dispose](): void {
    this.#gauge[Symbol.dispose]();
  }
}

class HashView implements ProgressView {
  readonly #options: ViewOptions;
  #marks: number | undefined;
  #shown = 0;

  constructor(options: ViewOptions) {
    this.#options = options;
  }

  update({ bytes }: Progress): void {
    const marks = Math.floor(bytes / hashBytes);
    const more = marks - (this.#marks ?? marks);
    this.#marks = marks;
    if (more <= 0) return;
    this.#shown += more;
    this.#options.write("#".repeat(more));
  }

  erase(): void {
    if (this.#shown > 0) this.#options.write("\n");
    this.#shown = 0;
  }

  [Symbol.dispose](): void {
    this.erase();
  }
}

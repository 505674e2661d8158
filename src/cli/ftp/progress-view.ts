// The progress line on a terminal, drawn anew a few times a second. Without a terminal nothing is shown.
import type { Progress } from "../../client/transfer-options.ts";
import { progressLine } from "./progress-line.ts";
import { RateMeter } from "./rate-meter.ts";
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

const redrawMs = 100;
/** Of `^C`, which the terminal writes behind the line: it must not wrap it. */
const echoWidth = 2;
const hashBytes = 65_536;
const eraseLine = "\r\x1b[K";

export function openProgressView(options: ViewOptions): ProgressView {
  if (options.columns === undefined) return { update: () => {}, erase: () => {}, [Symbol.dispose]: () => {} };
  return options.hash ? new HashView(options) : new LineView(options);
}

class LineView implements ProgressView {
  readonly #options: ViewOptions;
  readonly #startedMs: number;
  #meter: RateMeter | undefined;
  #drawnMs: number | undefined;
  #isDrawn = false;

  constructor(options: ViewOptions) {
    this.#options = options;
    this.#startedMs = options.nowMs();
  }

  update({ bytes, size }: Progress): void {
    const { name, columns = 80, write, nowMs } = this.#options;
    const now = nowMs();
    this.#meter ??= new RateMeter(now, bytes);
    this.#meter.update(now, bytes);
    if (now - (this.#drawnMs ?? this.#startedMs) < redrawMs) return;
    this.#drawnMs = now;
    this.#isDrawn = true;
    const rate = this.#meter.rate(now, bytes);
    write(eraseLine + progressLine({ name, bytes, size, rate, elapsedMs: now - this.#startedMs }, columns - echoWidth));
  }

  erase(): void {
    if (this.#isDrawn) this.#options.write(eraseLine);
    this.#isDrawn = false;
  }

  [Symbol.dispose](): void {
    this.erase();
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

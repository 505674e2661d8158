// The progress line of a run: one transfer by its name, several as their sum, a tree by what is known of it so far.
import { escapeText } from "./escape-text.ts";
import { progressLine } from "./progress-line.ts";

export interface ProgressOptions {
  /** Absent: no terminal, nothing is drawn. */
  readonly columns: number | undefined;
  readonly write: (text: string) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
}

/** Shows how one transfer goes; disposal ends that. */
export interface Gauge extends Disposable {
  update(bytes: number, size: number | undefined): void;
}

interface Running {
  readonly name: string;
  bytes: number | undefined;
  size: number | undefined;
}

const redrawMs = 100;
/** Of `^C`, which the terminal writes behind the line: it must not wrap it. */
const echoWidth = 2;
const eraseLine = "\r\x1b[K";

export class Progress {
  readonly #options: ProgressOptions;
  readonly #running: Set<Running> = new Set();
  readonly #meter: RateMeter;
  readonly #startedMs: number;
  /** Files of trees, and their bytes as far as they are known; more come while the tree is read. */
  #expected: { files: number; bytes: number | undefined } = { files: 0, bytes: 0 };
  readonly #over: { files: number; bytes: number } = { files: 0, bytes: 0 };
  #moved = 0;
  #drawnMs: number;
  #isDrawn = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#startedMs = options.nowMs();
    this.#drawnMs = this.#startedMs;
    this.#meter = new RateMeter(this.#startedMs, 0);
  }

  /** More files are to come, as the listing of a tree shows. */
  expect(files: number, bytes: number | undefined): void {
    const known = this.#expected;
    const sum = bytes === undefined || known.bytes === undefined ? undefined : known.bytes + bytes;
    this.#expected = { files: known.files + files, bytes: sum };
  }

  begin(name: string): Gauge {
    const running: Running = { name: escapeText(name), bytes: undefined, size: undefined };
    this.#running.add(running);
    return {
      update: (bytes, size) => {
        // The first figure may count what was there before.
        this.#moved += Math.max(0, bytes - (running.bytes ?? bytes));
        running.bytes = bytes;
        running.size = size;
        this.#draw();
      },
      [Symbol.dispose]: () => {
        if (this.#running.delete(running)) {
          this.#over.files += 1;
          this.#over.bytes += running.size ?? running.bytes ?? 0;
        }
        this.erase();
      },
    };
  }

  /** Before anything else is written. */
  erase(): void {
    if (this.#isDrawn) this.#options.write(eraseLine);
    this.#isDrawn = false;
  }

  #draw(): void {
    const { columns, write, nowMs } = this.#options;
    if (columns === undefined) return;
    const now = nowMs();
    this.#meter.update(now, this.#moved);
    if (now - this.#drawnMs < redrawMs) return;
    this.#drawnMs = now;
    this.#isDrawn = true;
    const rate = this.#meter.rate(now, this.#moved);
    write(eraseLine + progressLine({ ...this.#sum(), rate, elapsedMs: now - this.#startedMs }, columns - echoWidth));
  }

  #sum(): { name: string; bytes: number; size: number | undefined } {
    const all = [...this.#running];
    const [first] = all;
    const sizes = all.map(({ size }) => size);
    const name = all.length === 1 && first !== undefined ? first.name : `${all.length} files`;
    const bytes = all.reduce((sum, { bytes: own = 0 }) => sum + own, 0);
    const { files: known, bytes: total } = this.#expected;
    if (known > 1) {
      const begun = this.#over.files + all.length;
      return { name: `${begun}/${Math.max(known, begun)} ${name}`, bytes: this.#over.bytes + bytes, size: total };
    }
    return {
      name,
      bytes,
      size: sizes.includes(undefined) ? undefined : sizes.reduce((sum: number, size = 0) => sum + size, 0),
    };
  }
}

interface Sample {
  readonly timeMs: number;
  readonly bytes: number;
}

const windowMs = 5000;
const sampleMs = 250;

/** Keeps a sample for each quarter of a second and no more than `windowMs` of them. */
export class RateMeter {
  #samples: Sample[];

  constructor(timeMs: number, bytes: number) {
    this.#samples = [{ timeMs, bytes }];
  }

  /** `bytes`: that are there now, altogether. */
  update(timeMs: number, bytes: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && timeMs - last.timeMs < sampleMs) return;
    this.#samples.push({ timeMs, bytes });
    // The oldest stays until the next is old enough, so that the window is full.
    while ((this.#samples[1]?.timeMs ?? timeMs) <= timeMs - windowMs) this.#samples.shift();
  }

  /** Bytes in a second; `undefined` before there is anything to measure. */
  rate(timeMs: number, bytes: number): number | undefined {
    const first = this.#samples[0];
    if (first === undefined || timeMs - first.timeMs < sampleMs) return undefined;
    return ((bytes - first.bytes) * 1000) / (timeMs - first.timeMs);
  }
}

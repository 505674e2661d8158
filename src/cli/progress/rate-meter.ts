// How fast a transfer goes now: over the last seconds, since an average over all of it hides that it stands still.

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

  /** `bytes`: that are there now, all told. */
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

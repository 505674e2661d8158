// Whether a window is what holds a stream back: a transfer runs at one window per round trip at most.

/** Where a window learns how long the line is. */
export interface RoundTrips {
  nowMs(): number;
  /** Shortest round trip seen so far. */
  roundTripMs(): number;
}

export class WindowDemand {
  readonly #line: RoundTrips;
  readonly #rounds: number;
  #full = 0;
  #startMs: number;
  #bytes = 0;

  /**
   * `rounds`: so many in a row must fill the window. What piled up while nobody read can fill one, and no second: that takes a line which
   * brings as much.
   */
  constructor(line: RoundTrips, rounds: number) {
    this.#line = line;
    this.#rounds = rounds;
    this.#startMs = line.nowMs();
  }

  /** `bytes` were read from a window of `size`. True where it is to grow. */
  read(bytes: number, size: number): boolean {
    this.#bytes += bytes;
    const elapsedMs = this.#line.nowMs() - this.#startMs;
    const roundTripMs = this.#line.roundTripMs();
    if (elapsedMs < roundTripMs) return false;
    this.#full = this.#bytes * roundTripMs > (size * elapsedMs * 3) / 4 ? this.#full + 1 : 0;
    this.#startMs += elapsedMs;
    this.#bytes = 0;
    if (this.#full < this.#rounds) return false;
    this.#full = 0;
    return true;
  }
}

// Windows that are fitted to the length of the line: for ssh2, where each channel's data go straight to their reader.

import type { WindowPolicy, WindowSize } from "./window.ts";
import { type RoundTrips, WindowDemand } from "./window-demand.ts";

export interface PaceLimits {
  /** A new channel's window on the shortest line. It grows to half of what was read, up to `first`: a server whose client does not
   *  read is not to get rid of a whole file. */
  readonly least: number;
  /** A new channel's window for each ms of the round trip, between `least` and `first`. */
  readonly bytesPerMs: number;
  /** A new channel's window on a long line. sshd reads ahead as far as it may, into a buffer that it enlarges in small steps, copying it
   *  each time: with 8 MiB at once the first half second of a transfer on a short line ran at a tenth of its speed. */
  readonly first: number;
  readonly most: number;
}

export interface Pace extends RoundTrips {
  /** Looks once more: where this machine or the server is busy, the first answers come late. */
  measure(): void;
}

/** Read bytes are given back in pieces of this part of the window, so that acknowledgements are neither rare nor many. */
const topUp = (size: number): number => size / 16;

/** Up to here the first window is good for 400 MB/s. */
const shortLineMs = 5;

/** When most of the window was read within one round trip, the window doubles. What nobody reads makes it no larger. */
export class WindowPace implements WindowPolicy {
  readonly #limits: PaceLimits;
  readonly #pace: Pace;

  constructor(limits: PaceLimits, pace: Pace) {
    this.#limits = limits;
    this.#pace = pace;
  }

  open(): WindowSize {
    const { least, bytesPerMs, first, most } = this.#limits;
    this.#pace.measure();
    const demand = new WindowDemand(this.#pace, 1);
    let allBytes = 0;
    return {
      first: Math.round(Math.min(first, Math.max(least, bytesPerMs * this.#pace.roundTripMs()))),
      topUp,
      grow: (size, bytes) => {
        allBytes += bytes;
        if (size < first) return Math.min(first, Math.max(size, Math.floor(allBytes / 2)));
        const isNeeded = demand.read(bytes, size) && this.#pace.roundTripMs() >= shortLineMs;
        return isNeeded ? Math.min(2 * size, most) : size;
      },
      sent: () => {},
      release: () => {},
    };
  }
}

/** Windows stay as they begin: nobody knows how long the line is. */
export function fixedWindows(first: number): WindowPolicy {
  return {
    open: () => ({ first, topUp, grow: (size) => size, sent: () => {}, release: () => {} }),
  };
}

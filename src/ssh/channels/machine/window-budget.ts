// Windows that together never exceed a budget: for OpenSSH, which keeps what we do not read for all channels in one buffer.

import type { WindowPolicy, WindowSize } from "./window.ts";
import { type RoundTrips, WindowDemand } from "./window-demand.ts";

/** All in bytes. */
export interface WindowLimits {
  /** Window of a channel that is opened while few others are. */
  readonly first: number;
  /** Window of a channel, however many there are. */
  readonly least: number;
  /** Sum over all channels beyond which none is opened with more than `least`, and none grows. */
  readonly total: number;
  /** Sum that windows grow to as soon as they need it; a byte more for each `readForEach` bytes that were read by all channels. */
  readonly cheap: number;
  readonly readForEach: number;
  /** What is given back at once: an eighth of the window, but no less than this, nor more than half of it. */
  readonly piece: number;
}

/** With this many channels open a new one starts with half of `first`, with three times as many with a quarter, and so on. */
const halfAt = 4;

const unknownLine: RoundTrips = { nowMs: () => 0, roundTripMs: () => Number.POSITIVE_INFINITY };

/** Of a dialogue, for each byte that we send. SFTP's requests to read have a thousand for each and more, and are none. */
const answerBytes = 512;

/**
 * All windows together must fit into the buffer that OpenSSH keeps for one multiplexing client (sshbuf.h, SSHBUF_SIZE_MAX,
 * 128 MiB): when we stand still, everything that servers may send piles up there, and what does not fit is lost, silently. So there is room for
 * as many channels as there may be with `least` beside `total`.
 *
 * A window starts small and doubles for a channel on which data streams in one direction and which it holds back: what a line does not
 * carry within a round trip would lie in that buffer, which is dear to grow. A reader that stands still costs little memory, and so does a dialogue, however long it goes on.
 */
export class WindowBudget implements WindowPolicy {
  readonly #limits: WindowLimits;
  readonly #line: RoundTrips;
  /** Size that a window may grow to. Until somebody knows better, none grows beyond `first`. */
  most: number;
  /** Size that a window begins with where few are open, and `first` at most. On short lines it grows to half of what was read. */
  start: number;
  #used = 0;
  /** By windows that have grown. */
  #grown = 0;
  /** By all channels, ever. */
  #read = 0;
  #count = 0;

  /** `line`: where a window may grow beyond `first`. */
  constructor(limits: WindowLimits, line: RoundTrips = unknownLine) {
    this.#limits = limits;
    this.#line = line;
    this.most = limits.first;
    this.start = limits.first;
  }

  get used(): number {
    return this.#used;
  }

  open(): WindowSize {
    const { first, piece } = this.#limits;
    const demand = new WindowDemand(this.#line, 2);
    let read = 0;
    let streamed = 0; // bytes read beyond what answers to our own words have
    let grown = 0; // the size of one that has grown
    const growTo = (size: number, wanted: number): number => {
      const next = this.grow(size, Math.min(wanted, this.#affordable() - this.#grown + grown));
      if (next === size) return size;
      this.#grown += next - grown;
      grown = next;
      return next;
    };
    return {
      first: this.reserve(),
      // Often enough to keep a long pipe full, seldom enough to be free: with hundreds of small windows a packet for every 2 kB is what takes the time.
      topUp: (size) => Math.max(size / 8, Math.min(size / 2, piece)),
      grow: (size, bytes) => {
        read += bytes;
        this.#read += bytes;
        streamed += bytes;
        if (size < first && this.most <= first) return growTo(size, Math.floor(read / 2));
        const isNeeded = demand.read(bytes, size) && streamed >= size / 2;
        return isNeeded ? growTo(size, 2 * size) : size;
      },
      sent: (bytes) => {
        streamed = Math.max(0, streamed - bytes * answerBytes);
      },
      release: (size) => {
        this.#grown -= grown;
        this.release(size);
      },
    };
  }

  /**
   * What windows may bring ssh's buffer to: a size that is cheap for it, and as much more as has paid for itself. The buffer keeps its size
   * once it has it. With the whole window at once the first 200 MB over a connection took 18 to 46 s where the next took 3; with hundreds of
   * transfers, each of which may have half a megabyte, ssh computed for 40 s for 200 MB.
   */
  #affordable(): number {
    const { cheap, readForEach } = this.#limits;
    return cheap + Math.floor(this.#read / readForEach);
  }

  /** The size of a new window. */
  reserve(): number {
    const { first, least, total } = this.#limits;
    const most = Math.min(first, this.start);
    const share = Math.max(least, Math.min(most, Math.floor((first * halfAt) / (halfAt + this.#count))));
    const size = this.#used + share > total ? least : share;
    this.#used += size;
    this.#count += 1;
    return size;
  }

  /** The size that a window of `size` grows to, `wanted` at most; `size` itself where there is no room. */
  grow(size: number, wanted: number = this.most): number {
    const room = this.#limits.total - this.#used;
    const grown = Math.min(this.most, wanted, size + Math.max(0, room));
    if (grown <= size) return size;
    this.#used += grown - size;
    return grown;
  }

  release(size: number): void {
    this.#used -= size;
    this.#count -= 1;
  }
}

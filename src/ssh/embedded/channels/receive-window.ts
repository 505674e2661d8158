// How much a server may send before we have read it (RFC 4254 section 5.2), fitted to the length of the line.
import { limits } from "../../../protocol/limits.ts";

export const channelWindow: {
  /** A new channel's window. sshd reads ahead as far as it may, into a buffer that it enlarges in small steps, copying it
   *  each time: with 8 MiB at once the first half second of a transfer on a short line ran at a tenth of its speed. */
  readonly firstBytes: number;
  readonly mostBytes: number;
  /** Largest packet either way: what RFC 4253 section 6.1 requires everybody to take. */
  readonly packetBytes: number;
} = {
  firstBytes: limits.sshFirstWindowBytes,
  mostBytes: limits.sshChannelWindowBytes,
  packetBytes: 32_768,
};

/** Read bytes are given back in pieces of this part of the window, so that acknowledgements are neither rare nor many. */
const part = 16;

/** Up to here the first window is good for 400 MB/s. */
const shortLineMs = 5;

/** Where a window learns how long the line is. */
export interface Pace {
  nowMs(): number;
  /** Shortest round trip seen so far. */
  roundTripMs(): number;
}

/**
 * The receiving side of one channel. A transfer runs at one window per round trip at most, so when most of the window was read
 * within one round trip, the window doubles. What nobody reads makes it no larger.
 */
export class ReceiveWindow {
  readonly #pace: Pace;
  #size = channelWindow.firstBytes;
  /** What the server may still send. */
  #open = channelWindow.firstBytes;
  /** Read, and not yet given back. */
  #credit = 0;
  #roundStartMs: number;
  #roundBytes = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
    this.#roundStartMs = pace.nowMs();
  }

  /** Bytes arrived. False when the server was not allowed to send them. */
  arrived(bytes: number): boolean {
    this.#open -= bytes;
    return this.#open >= 0;
  }

  /** Bytes were read. Returns how many to give to the server now. */
  read(bytes: number): number {
    this.#credit += bytes + this.#growth(bytes);
    if (this.#credit < this.#size / part) return 0;
    const given = this.#credit;
    this.#credit = 0;
    this.#open += given;
    return given;
  }

  #growth(bytes: number): number {
    this.#roundBytes += bytes;
    const nowMs = this.#pace.nowMs();
    const elapsedMs = nowMs - this.#roundStartMs;
    const roundTripMs = this.#pace.roundTripMs();
    if (elapsedMs < roundTripMs) return 0;
    const isNeeded = roundTripMs >= shortLineMs && this.#roundBytes * roundTripMs > (this.#size * elapsedMs * 3) / 4;
    this.#roundStartMs = nowMs;
    this.#roundBytes = 0;
    if (!isNeeded) return 0;
    const more = Math.min(this.#size, channelWindow.mostBytes - this.#size);
    this.#size += more;
    return more;
  }
}

// What the peer may send us (RFC 4254 section 5.2).
import type { WindowBudget } from "./window-budget.ts";

/** The window is topped up when this part of it has been read: often enough to keep a long pipe full, seldom enough to be free. */
const topUpDivisor = 8;

/**
 * `credit` (what the peer may still send) and `unread` (what it sent and nobody took yet) together never exceed `size`.
 * The size starts small and grows, to the budget's largest, for a channel on which data streams in one direction and
 * whose reader keeps up. A reader that stands still costs little memory, and so does a dialogue, however long it goes on.
 */
export class ReceiveWindow {
  readonly #budget: WindowBudget;
  #size: number;
  #credit: number;
  #unread = 0;
  /** Bytes read since we last sent something ourselves. */
  #streamed = 0;

  constructor(budget: WindowBudget) {
    this.#budget = budget;
    this.#size = budget.reserve();
    this.#credit = this.#size;
  }

  get size(): number {
    return this.#size;
  }

  get unread(): number {
    return this.#unread;
  }

  /** False: the peer sent more than it was allowed to. */
  take(bytes: number): boolean {
    if (bytes > this.#credit) return false;
    this.#credit -= bytes;
    this.#unread += bytes;
    return true;
  }

  /** The reader took `bytes`. Returns how much more the peer may send; 0: not worth a message yet. */
  consume(bytes: number): number {
    if (bytes > this.#unread) throw new RangeError("more bytes consumed than received");
    this.#unread -= bytes;
    this.#streamed += bytes;
    if (this.#streamed >= this.#size / 2) this.#size = this.#budget.grow(this.#size);
    const more = this.#size - this.#credit - this.#unread;
    if (more < this.#size / topUpDivisor) return 0;
    this.#credit += more;
    return more;
  }

  /** We sent something on the channel: it is a dialogue so far. */
  answered(): void {
    this.#streamed = 0;
  }

  release(): void {
    this.#budget.release(this.#size);
    this.#size = 0;
  }
}

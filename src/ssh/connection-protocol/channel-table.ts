// The channels of a connection by our number.
import { Channel } from "./channel.ts";
import { localFault, remoteFault } from "./fault.ts";
import { ReceiveWindow } from "./receive-window.ts";
import type { WindowBudget } from "./window-budget.ts";

export class ChannelTable {
  readonly #budget: WindowBudget;
  readonly #countMax: number;
  readonly #channels = new Map<number, Channel>();
  #next = 0;

  constructor(budget: WindowBudget, countMax: number) {
    this.#budget = budget;
    this.#countMax = countMax;
  }

  get size(): number {
    return this.#channels.size;
  }

  get isFull(): boolean {
    return this.size >= this.#countMax;
  }

  [Symbol.iterator](): IterableIterator<Channel> {
    return this.#channels.values();
  }

  /** A number is not used again soon, so that a mistake does not hit somebody else's channel. */
  add(): Channel {
    while (this.#channels.has(this.#next)) this.#next = (this.#next + 1) >>> 0;
    const channel = new Channel(this.#next, new ReceiveWindow(this.#budget));
    this.#channels.set(channel.number, channel);
    this.#next = (this.#next + 1) >>> 0;
    return channel;
  }

  delete(channel: Channel): void {
    if (this.#channels.delete(channel.number)) channel.window.release();
  }

  /** For our own calls; a channel that is gone may still be asked about. */
  find(number: number): Channel | undefined {
    return this.#channels.get(number);
  }

  /** For the peer's messages. */
  named(number: number): Channel {
    const channel = this.#channels.get(number);
    if (channel === undefined) throw remoteFault(`ssh sent a message for channel ${number}, which is not open`);
    return channel;
  }

  /** For our own calls that need a channel which is open and not on its way out. */
  writable(number: number): Channel & { readonly remote: NonNullable<Channel["remote"]> } {
    const channel = this.#channels.get(number);
    if (channel?.remote === undefined || channel.isClosing) throw localFault(`channel ${number} is not open`);
    return channel as Channel & { readonly remote: NonNullable<Channel["remote"]> };
  }
}

// Puts the channels' data on their carrier: in turns, within each channel's window, never far ahead of the system.
import type { Carrier } from "./carrier.ts";
import type { ChannelMachine } from "./machine/channel-machine.ts";

/** A channel with something to send. */
export interface Source {
  readonly number: number;
  readonly queuedBytes: number;
  /** Removes up to `most` bytes from the front, in one piece. */
  takeQueued(most: number): Uint8Array;
  /** Called when all that was queued is on its way, and its memory is needed no more. */
  sent(): void;
}

/** One turn of a channel: enough for the cost of a turn not to count, short enough for a command not to wait long. */
const turnBytes = 65_536;

export class SendTurns {
  readonly #carrier: Carrier;
  readonly #machine: ChannelMachine;
  /** In the order of their turns. */
  readonly #waiting = new Set<Source>();
  #isPaused = false;

  constructor(carrier: Carrier, machine: ChannelMachine) {
    this.#carrier = carrier;
    this.#machine = machine;
  }

  /** `source` has something to send, or its window has grown. */
  add(source: Source): void {
    if (source.queuedBytes === 0) return;
    this.#waiting.add(source);
    if (!this.#isPaused) this.#pump();
  }

  remove(source: Source): void {
    this.#waiting.delete(source);
  }

  #pump(): void {
    for (const source of this.#waiting) {
      if (this.#carrier.isCongested()) {
        this.#pause();
        return;
      }
      this.#waiting.delete(source);
      this.#turn(source);
    }
  }

  #pause(): void {
    this.#isPaused = true;
    this.#carrier.whenClear(() => {
      this.#isPaused = false;
      this.#pump();
    });
  }

  /** A channel without window waits for its adjustment: `add` will be called. */
  #turn(source: Source): void {
    const most = Math.min(turnBytes, this.#machine.sendable(source.number));
    if (most === 0) return;
    const bytes = source.takeQueued(most);
    if (source.queuedBytes > 0) {
      this.#machine.data(source.number, bytes);
      this.#waiting.add(source);
    } else this.#machine.data(source.number, bytes, () => source.sent());
  }
}

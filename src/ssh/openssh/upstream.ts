// Puts the channels' data on the multiplexing socket: in turns, within each channel's window, never far ahead of ssh.
import { limits } from "../../protocol/limits.ts";
import type { ConnectionMachine } from "../connection-protocol/connection-machine.ts";
import type { MuxSocket } from "./mux-socket.ts";

/** A channel with something to send. */
export interface Source {
  readonly number: number;
  readonly queuedBytes: number;
  /** Removes up to `most` bytes from the front, in one piece. */
  takeQueued(most: number): Uint8Array;
  /** Called when all that was queued has been taken by the system. */
  sent(): void;
}

/** One turn of a channel: enough for the cost of a turn not to count, short enough for a command not to wait long. */
const turnBytes = 65_536;

export class Upstream {
  readonly #socket: MuxSocket;
  readonly #machine: ConnectionMachine;
  /** In the order of their turns. */
  readonly #waiting = new Set<Source>();

  constructor(socket: MuxSocket, machine: ConnectionMachine) {
    this.#socket = socket;
    this.#machine = machine;
  }

  /** `source` has something to send, or its window has grown. */
  add(source: Source): void {
    if (source.queuedBytes === 0) return;
    this.#waiting.add(source);
    this.#pump();
  }

  remove(source: Source): void {
    this.#waiting.delete(source);
  }

  readonly #pump = (): void => {
    if (!this.#socket.isOpen) return;
    for (const source of this.#waiting) {
      if (this.#socket.queuedBytes >= limits.sshSendQueueBytes) return; // a write that is done pumps again
      this.#waiting.delete(source);
      this.#turn(source);
    }
  };

  /** A channel without window waits for its adjustment: `add` will be called. */
  #turn(source: Source): void {
    const most = Math.min(turnBytes, this.#machine.sendable(source.number));
    if (most === 0) return;
    const packets = this.#machine.data(source.number, source.takeQueued(most));
    const isDrained = source.queuedBytes === 0;
    const last = packets.pop();
    for (const bytes of packets) this.#socket.write(bytes);
    if (last !== undefined) this.#socket.write(last, (error) => this.#written(source, isDrained && !error));
    if (!isDrained) this.#waiting.add(source);
  }

  #written(source: Source, isDrained: boolean): void {
    if (isDrained) source.sent();
    this.#pump();
  }
}

// A control connection: bytes in, bytes out, one report when it is over. Never paused, so that ABOR always gets through.
import type { Connection } from "../platform/network.ts";
import { limits } from "../protocol/limits.ts";

export interface ControlEvents {
  readonly bytes: (bytes: Uint8Array) => void;
  /** End-of-file from the peer. */
  readonly ended: () => void;
  /** Nothing more will come; `text` says why unless it ended in order. */
  readonly gone: (text: string | undefined) => void;
}

export class ControlConnection {
  readonly connection: Connection;
  readonly #events: ControlEvents;
  #closing = false;

  constructor(connection: Connection, events: ControlEvents) {
    this.connection = connection;
    this.#events = events;
    const { stream } = connection;
    stream.on("data", (bytes: Uint8Array) => events.bytes(bytes));
    stream.once("end", () => this.#closing || events.ended());
    stream.on("error", () => {}); // `closed` tells it
    void connection.closed.then((close) => this.#closing || events.gone(close.error?.message));
  }

  write(bytes: Uint8Array): void {
    const { stream } = this.connection;
    if (this.#closing || stream.destroyed || stream.writableEnded) return;
    stream.write(bytes);
    if (stream.writableLength > limits.controlBufferBytesMax) {
      this.#events.gone("the peer does not read its control connection");
      this.connection.reset();
    }
  }

  /** Flush, end, and wait until it is gone. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.connection[Symbol.asyncDispose]();
  }
}

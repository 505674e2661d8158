// From a data connection into a file: what arrives while a write is under way is written together with the next.
import { onAbort } from "../platform/abort.ts";
import { type Connection, receivesInto } from "../platform/network.ts";
import { limits } from "../protocol/limits.ts";
import { BufferPool, PieceQueue, type ReceiveBuffer } from "./buffer-pool.ts";
import { connectionBroken, type DataOptions } from "./send-data.ts";

type Write = (pieces: readonly Uint8Array[]) => Promise<void>;

/** Resolves at the client's end-of-file, when every byte has been written. Throws when either side breaks. */
export async function receiveData(connection: Connection, write: Write, options: DataOptions): Promise<void> {
  const reader = new DataReader(connection, options);
  try {
    for (let pieces = await reader.next(); pieces.length > 0; pieces = await reader.next()) {
      await options.turns?.begin();
      await write(pieces);
      options.progress.bytes += pieces.reduce((sum, piece) => sum + piece.length, 0);
    }
  } finally {
    reader.close();
  }
}

class DataReader {
  readonly #connection: Connection;
  readonly #options: DataOptions;
  readonly #buffer: ReceiveBuffer;
  readonly #stopListening: () => void;
  #ended = false;
  #wake: () => void = () => {};

  constructor(connection: Connection, options: DataOptions) {
    this.#connection = connection;
    this.#options = options;
    const { stream } = connection;
    stream.on("end", this.#onEnd).on("error", this.#onChange).on("close", this.#onChange);
    this.#stopListening = onAbort(options.signal, this.#onChange);
    this.#ended = stream.readableEnded;
    const arrived = (): void => this.#wake();
    this.#buffer = receivesInto(connection) ? new BufferPool(connection, arrived) : new PieceQueue(stream, arrived);
  }

  /** What has come since the last call, which has been written meanwhile; nothing behind the last byte. */
  async next(): Promise<readonly Uint8Array[]> {
    const { stream } = this.#connection;
    this.#buffer.giveBack();
    await this.#worthWriting();
    this.#options.signal.throwIfAborted();
    const pieces = this.#buffer.take();
    if (pieces.length > 0 || this.#ended) return pieces;
    throw connectionBroken(stream);
  }

  close(): void {
    const { stream } = this.#connection;
    stream.off("end", this.#onEnd).off("error", this.#onChange).off("close", this.#onChange);
    this.#stopListening();
    this.#buffer.close();
  }

  /** A write costs as much as a hundred kilobytes of it, so that what comes in quick succession is written as one. */
  async #worthWriting(): Promise<void> {
    const { clock } = this.#options;
    let late = false;
    let cancel: (() => void) | undefined;
    while (!this.#isOver() && !this.#buffer.full && !(late && this.#buffer.any)) {
      if (this.#buffer.any) {
        cancel ??= clock.after(limits.uploadGatherMs, () => {
          late = true;
          this.#wake();
        });
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    cancel?.();
  }

  #isOver(): boolean {
    const { stream } = this.#connection;
    return this.#ended || this.#options.signal.aborted || stream.errored !== null || stream.destroyed;
  }

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake();
  };

  readonly #onChange = (): void => this.#wake();
}

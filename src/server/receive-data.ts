// From a data connection into a file: what arrives while a write is under way is written together with the next.
import { onAbort } from "../platform/abort.ts";
import { type Connection, receivesInto } from "../platform/network.ts";
import { limits } from "../protocol/limits.ts";
import { OwnBuffers, PieceQueue, type ReceiveBuffer } from "./receive-buffer.ts";
import { connectionBroken, type DataOptions } from "./send-data.ts";

type Write = (pieces: readonly Uint8Array[]) => Promise<void>;

/** Resolves at the client's end-of-file, when every byte has been written. Throws when either side breaks. */
export async function receiveData(connection: Connection, write: Write, options: DataOptions): Promise<void> {
  const reader = new DataReader(connection, options);
  try {
    for (;;) {
      const waiting = reader.next();
      if (waiting !== undefined) await waiting;
      const pieces = reader.take();
      if (pieces.length === 0) break;
      const turn = options.turns?.begin();
      if (turn !== undefined) await turn;
      await write(pieces);
      for (const { length } of pieces) options.progress.bytes += length;
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
  #isLate = false;
  #cancelGathering: (() => void) | undefined;
  #resolve: (() => void) | undefined;

  constructor(connection: Connection, options: DataOptions) {
    this.#connection = connection;
    this.#options = options;
    const { stream } = connection;
    stream.on("end", this.#onEnd).on("close", this.#onChange);
    this.#stopListening = onAbort(options.signal, this.#onChange);
    this.#ended = stream.readableEnded;
    this.#buffer = receivesInto(connection)
      ? new OwnBuffers(connection, this.#onChange)
      : new PieceQueue(stream, this.#onChange);
  }

  /** What was taken has been written. Undefined: more is there already, or will not come; else when that is so. */
  next(): Promise<void> | undefined {
    this.#buffer.giveBack();
    if (this.#isDue) return undefined;
    return new Promise((resolve) => {
      this.#resolve = resolve;
      if (this.#buffer.any) this.#gather();
    });
  }

  /** What has come; nothing behind the last byte. */
  take(): readonly Uint8Array[] {
    this.#options.signal.throwIfAborted();
    const pieces = this.#buffer.take();
    if (pieces.length > 0 || this.#ended) return pieces;
    throw connectionBroken(this.#connection.stream);
  }

  close(): void {
    const { stream } = this.#connection;
    stream.off("end", this.#onEnd).off("close", this.#onChange);
    this.#stopListening();
    this.#buffer.close();
  }

  get #isDue(): boolean {
    const { stream } = this.#connection;
    if (this.#ended || this.#buffer.full || stream.destroyed) return true;
    return this.#options.signal.aborted || (this.#isLate && this.#buffer.any);
  }

  /** A write costs as much as a hundred kilobytes of it, so that what comes in quick succession is written as one. */
  #gather(): void {
    this.#cancelGathering ??= this.#options.clock.after(limits.uploadGatherMs, () => {
      this.#isLate = true;
      this.#onChange();
    });
  }

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#onChange();
  };

  readonly #onChange = (): void => {
    const resolve = this.#resolve;
    if (resolve === undefined) return;
    if (!this.#isDue) {
      if (this.#buffer.any) this.#gather();
      return;
    }
    this.#resolve = undefined;
    this.#isLate = false;
    this.#cancelGathering?.();
    this.#cancelGathering = undefined;
    resolve();
  };
}

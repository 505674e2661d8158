// From a data connection into a file: what arrives while a write is under way is written together with the next.
import type { Connection } from "../platform/network.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { DataOptions } from "./send-data.ts";

type Write = (pieces: readonly Uint8Array[]) => Promise<void>;

/** Resolves at the client's end-of-file, when every byte has been written. Throws when either side breaks. */
export async function receiveData(connection: Connection, write: Write, options: DataOptions): Promise<void> {
  const inbox = new Inbox(connection, options);
  try {
    for (let pieces = await inbox.next(); pieces !== undefined; pieces = await inbox.next()) {
      await write(pieces);
      options.progress.bytes += pieces.reduce((sum, piece) => sum + piece.length, 0);
    }
  } finally {
    inbox.close();
  }
}

class Inbox {
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #ended = false;
  #wake: () => void = () => {};

  constructor(connection: Connection, { signal }: DataOptions) {
    this.#connection = connection;
    this.#signal = signal;
    const { stream } = connection;
    stream.on("end", this.#onEnd).on("error", this.#onChange).on("close", this.#onChange).on("data", this.#onData);
    signal.addEventListener("abort", this.#onChange);
    this.#ended = stream.readableEnded;
  }

  /** All that has come since the last call; `undefined` behind the last byte. */
  async next(): Promise<readonly Uint8Array[] | undefined> {
    const { stream } = this.#connection;
    for (;;) {
      this.#signal.throwIfAborted();
      if (this.#pieces.length > 0) return this.#take();
      if (this.#ended) return undefined;
      if (stream.errored !== null || stream.destroyed) throw stream.errored ?? brokenOff();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    const { stream } = this.#connection;
    stream.off("end", this.#onEnd).off("error", this.#onChange).off("close", this.#onChange).off("data", this.#onData);
    this.#signal.removeEventListener("abort", this.#onChange);
    stream.pause();
  }

  #take(): readonly Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#bytes = 0;
    this.#connection.stream.resume();
    return pieces;
  }

  readonly #onData = (bytes: Uint8Array): void => {
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes >= limits.uploadBufferBytes) this.#connection.stream.pause();
    this.#wake();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake();
  };

  readonly #onChange = (): void => this.#wake();
}

function brokenOff(): SallyportError {
  return new SallyportError("NET_RESET", "the data connection broke before its end");
}

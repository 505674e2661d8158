// From a source to a data connection, with the end-of-file that tells the server that the file is whole.
import { Socket } from "node:net";
import { finish } from "../data-connection/copy.ts";
import { discardStrayBytes } from "../data-connection/stray-bytes.ts";
import { abortablePromise } from "../platform/abort.ts";
import type { Connection } from "../platform/network.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { type FlowOptions, stalled } from "./receive-data.ts";

/**
 * Resolves when the network has taken everything and the end-of-file. Rejects with the source's error, the connection's, or
 * the signal's reason; no end-of-file is sent then. `giveBack` is told the pieces that the system has, so that they may be
 * changed: not with every network, for what goes through SSH may still be on its way through this program.
 */
export async function sendData(
  data: Connection,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: FlowOptions,
  giveBack?: (piece: Uint8Array) => void,
): Promise<void> {
  discardStrayBytes(data.stream);
  const ahead = new WriteWindow(data, options, data.stream instanceof Socket ? giveBack : undefined);
  if (Symbol.asyncIterator in source) {
    for await (const chunk of source) if (ahead.offer(chunk)) await Promise.race([ahead.room(), lost(data)]);
  } else {
    // What is here already is not waited for.
    for (const chunk of source) if (ahead.offer(chunk)) await Promise.race([ahead.room(), lost(data)]);
  }
  options.signal.throwIfAborted();
  if (!(await finish(data, options.clock))) await lost(data);
}

/** Rejects when the connection is gone. */
async function lost(data: Connection): Promise<never> {
  const { error } = await data.closed;
  throw error ?? new SallyportError("NET_RESET", "the server closed the data connection");
}

/** What was given to the connection and it has not taken: some pieces, so that reading and sending go on side by side. */
class WriteWindow {
  readonly #data: Connection;
  readonly #options: FlowOptions;
  readonly #giveBack: ((piece: Uint8Array) => void) | undefined;
  #bytes = 0;
  /** Of the last piece. */
  #pieceBytes = 0;
  #wake: () => void = () => {};

  constructor(data: Connection, options: FlowOptions, giveBack: ((piece: Uint8Array) => void) | undefined) {
    this.#data = data;
    this.#giveBack = giveBack;
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#bytes >= Math.max(limits.clientSendAheadBytes, 2 * this.#pieceBytes);
  }

  /** True: no more until there is {@link room}. */
  offer(chunk: Uint8Array): boolean {
    this.#options.signal.throwIfAborted();
    if (chunk.length > 0) this.#write(chunk);
    return this.isFull;
  }

  #write(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#pieceBytes = chunk.length;
    this.#data.stream.write(chunk, (error) => {
      this.#bytes -= chunk.length;
      if (!error) this.#giveBack?.(chunk);
      if (!this.isFull) this.#wake();
    });
  }

  /** Rejects when nothing has moved for too long. */
  room(): Promise<void> {
    const { clock, stallMs, signal } = this.#options;
    return abortablePromise(signal, (resolve, reject) => {
      this.#wake = resolve;
      if (!this.isFull) resolve();
      return clock.after(stallMs, () => reject(stalled(stallMs)));
    });
  }
}

// From a source to a data connection, with the end-of-file that says to the server that the file is whole.
import { Socket } from "node:net";
import { finish } from "../data-connection/copy.ts";
import { discardStrayBytes } from "../data-connection/stray-bytes.ts";
import { abortablePromise } from "../platform/abort.ts";
import { type Connection, untakenOf } from "../platform/network.ts";
import type { Soon } from "../platform/soon.ts";
import { watchStandstill } from "../platform/standstill.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { Chunks } from "./compare-tail.ts";
import { type FlowOptions, stalled } from "./receive-data.ts";

/** What is sent, piece by piece. */
export interface Pieces {
  /** What is here already comes at once; `undefined`: there is no more. */
  next(): Soon<Uint8Array | undefined>;
  /** Nobody wants any more. */
  stop(): Promise<void>;
}

/** What a source gives. */
export class Outgoing implements Pieces {
  readonly #source: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  /** It need not be waited for. */
  readonly #isHere: boolean;
  readonly #offered: (piece: Uint8Array) => Uint8Array;
  readonly #taken: (bytes: number) => void;
  #last = 0;

  /** `offered` makes of each piece what is sent; `taken`: so much of it was sent when more is asked for. */
  constructor(
    source: Chunks,
    offered: (piece: Uint8Array) => Uint8Array = (piece) => piece,
    taken: (bytes: number) => void = () => {},
  ) {
    this.#isHere = !(Symbol.asyncIterator in source);
    this.#source = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    this.#offered = offered;
    this.#taken = taken;
  }

  next(): Soon<Uint8Array | undefined> {
    if (this.#last > 0) this.#taken(this.#last);
    this.#last = 0;
    const next = this.#source.next();
    return this.#isHere ? this.#piece(next as IteratorResult<Uint8Array>) : this.#whenHere(next);
  }

  async stop(): Promise<void> {
    await this.#source.return?.();
  }

  async #whenHere(next: Soon<IteratorResult<Uint8Array>>): Promise<Uint8Array | undefined> {
    return this.#piece(await next);
  }

  #piece({ done, value }: IteratorResult<Uint8Array>): Uint8Array | undefined {
    if (done) return undefined;
    const piece = this.#offered(value);
    this.#last = piece.length;
    return piece;
  }
}

/**
 * Resolves when the network has taken everything and the end-of-file. Rejects with the source's error, the connection's, or
 * the signal's reason; no end-of-file is sent then. `giveBack` is told the pieces that the system has, so that they may be
 * changed: not with every network, for what goes through SSH may still be on its way through this program.
 */
export async function sendData(
  data: Connection,
  source: Pieces,
  options: FlowOptions,
  giveBack?: (piece: Uint8Array) => void,
): Promise<void> {
  discardStrayBytes(data.stream);
  const ahead = new WriteWindow(data, options, data.stream instanceof Socket ? giveBack : undefined);
  try {
    for (;;) {
      const next = source.next();
      const piece = next instanceof Promise ? await next : next;
      if (piece === undefined) break;
      ahead.offer(piece);
      if (ahead.isFull) await ahead.room();
    }
  } catch (error) {
    await source.stop().catch(() => {}); // that it broke is known
    throw error;
  }
  // Behind these the end has little time: it is a moment's matter then.
  if (!ahead.isEmpty) await ahead.taken();
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

  /** The connection has taken everything, though it may not have said so yet. */
  get isEmpty(): boolean {
    const { stream } = this.#data;
    return stream.writableLength === 0 && !stream.destroyed;
  }

  offer(piece: Uint8Array): void {
    this.#options.signal.throwIfAborted();
    if (piece.length === 0) return;
    this.#bytes += piece.length;
    this.#pieceBytes = piece.length;
    this.#data.stream.write(piece, (error) => {
      this.#bytes -= piece.length;
      if (!error) this.#giveBack?.(piece);
      this.#wake();
    });
  }

  /** There is room for more. */
  room(): Promise<void> {
    return this.#until(() => !this.isFull);
  }

  /** All of it is taken. */
  taken(): Promise<void> {
    return this.#until(() => this.#bytes === 0);
  }

  /** Rejects when nothing has moved for too long: a large piece leaves in many small parts, and each of them counts. */
  async #until(isSo: () => boolean): Promise<void> {
    const { clock, stallMs, signal } = this.#options;
    const { stream } = this.#data;
    await abortablePromise<void>(signal, (resolve, reject) => {
      const mark = (): number => this.#bytes + untakenOf(this.#data);
      const stopWatching = watchStandstill(clock, stallMs, mark, () => reject(stalled(stallMs)));
      this.#wake = () => {
        if (isSo() || stream.destroyed) resolve();
      };
      stream.once("close", this.#wake);
      this.#wake();
      return () => {
        stopWatching();
        stream.off("close", this.#wake);
        this.#wake = () => {};
      };
    });
    if (stream.destroyed) await lost(this.#data);
  }
}

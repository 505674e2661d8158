// Pieces of bytes onto a data connection, at its pace.
import type { Duplex } from "node:stream";
import { finish } from "../data-connection/copy.ts";
import { discardStrayBytes } from "../data-connection/stray-bytes.ts";
import { raceAbort } from "../platform/abort.ts";
import type { Clock } from "../platform/clock.ts";
import type { Connection } from "../platform/network.ts";
import type { Turns } from "../platform/turns.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import type { FilePieces } from "./file-pieces.ts";

export interface DataOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Raised as bytes move. */
  readonly progress: { bytes: number };
  readonly turns?: Turns | undefined;
}

/** Resolves when the network has taken every byte and the end-of-file. A piece may be changed once the next is asked for. */
export async function sendData(
  source: AsyncIterable<Uint8Array>,
  connection: Connection,
  options: DataOptions,
): Promise<void> {
  discardStrayBytes(connection.stream);
  for await (const piece of source) {
    const taken = sendPiece(piece, connection, options);
    if (taken !== undefined) await taken;
  }
  mustBeWhole(connection, await finish(connection, options.clock, options.signal));
}

/** The same for a file: one that is read at once, and taken by the network at once, waits for nothing but that end. */
export async function sendFile(pieces: FilePieces, connection: Connection, options: DataOptions): Promise<void> {
  discardStrayBytes(connection.stream);
  for (;;) {
    const next = pieces.next();
    const piece = next instanceof Promise ? await next : next;
    if (piece === undefined) break;
    const taken = sendPiece(piece, connection, options);
    if (taken !== undefined) await taken;
  }
  mustBeWhole(connection, await finish(connection, options.clock, options.signal));
}

/** `undefined`: the network has taken it at once. */
function sendPiece(piece: Uint8Array, connection: Connection, options: DataOptions): Promise<void> | undefined {
  const turn = options.turns?.begin();
  if (turn !== undefined) return turn.then(() => writePiece(piece, connection, options));
  return writePiece(piece, connection, options);
}

function writePiece(piece: Uint8Array, { stream }: Connection, options: DataOptions): Promise<void> | undefined {
  const { signal, progress } = options;
  signal.throwIfAborted();
  const writing = write(stream, piece);
  if (writing !== undefined)
    return raceAbort(writing, signal).then(() => {
      progress.bytes += piece.length;
    });
  progress.bytes += piece.length;
  return undefined;
}

function mustBeWhole({ stream }: Connection, isWhole: boolean): void {
  if (!isWhole) throw connectionBroken(stream);
}

/** `undefined`: the network has taken it at once; what broke meanwhile is found by the next one, or the end. */
function write(stream: Duplex, piece: Uint8Array): Promise<void> | undefined {
  let settle: ((error: Error | null | undefined) => void) | undefined;
  stream.write(piece, (error) => settle?.(error));
  if (stream.writableLength === 0 && stream.errored === null && !stream.destroyed) return undefined;
  return new Promise((resolve, reject) => {
    settle = (error) => (error ? reject(connectionBroken(stream, error)) : resolve());
  });
}

/** `refusal`: how Node refuses to write on what broke a moment ago. */
export function connectionBroken(stream: Duplex, refusal?: Error): SallyportError {
  const cause = stream.errored ?? refusal;
  if (isSallyportError(cause)) return cause;
  return new SallyportError("NET_RESET", "the data connection broke before its end", { cause });
}

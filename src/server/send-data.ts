// Pieces of bytes onto a data connection, at its pace.
import type { Duplex } from "node:stream";
import { finish } from "../data-connection/copy.ts";
import { discardStrayBytes } from "../data-connection/stray-bytes.ts";
import { raceAbort } from "../platform/abort.ts";
import type { Clock } from "../platform/clock.ts";
import type { Connection } from "../platform/network.ts";
import type { Turns } from "../platform/turns.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";

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
  const { stream } = connection;
  discardStrayBytes(stream);
  for await (const piece of source) {
    await options.turns?.begin();
    options.signal.throwIfAborted();
    const writing = write(connection.stream, piece);
    if (writing !== undefined) await raceAbort(writing, options.signal);
    options.progress.bytes += piece.length;
  }
  options.signal.throwIfAborted();
  if (!(await raceAbort(finish(connection, options.clock), options.signal))) throw connectionBroken(stream);
}

/** `undefined`: the network has taken it at once. */
function write(stream: Duplex, piece: Uint8Array): Promise<void> | undefined {
  const writing = new Promise<void>((resolve, reject) => {
    stream.write(piece, (error) => (error ? reject(connectionBroken(stream, error)) : resolve()));
  });
  if (stream.writableLength > 0 || stream.errored !== null || stream.destroyed) return writing;
  writing.catch(() => {}); // the next one, or the end, finds what broke meanwhile
  return undefined;
}

/** `refusal`: how Node refuses to write on what broke a moment ago. */
export function connectionBroken(stream: Duplex, refusal?: Error): SallyportError {
  const cause = stream.errored ?? refusal;
  if (isSallyportError(cause)) return cause;
  return new SallyportError("NET_RESET", "the data connection broke before its end", { cause });
}

// Carries a file from one data connection to another. Where it ends, and how, is all that the caller needs to know. And the
// end-of-file of one that was carried whole.
import type { Duplex } from "node:stream";
import { onAbort } from "../platform/abort.ts";
import type { Clock } from "../platform/clock.ts";
import { Cork, endOfTurn } from "../platform/cork.ts";
import { type Connection, type ReceivesInto, receivesInto, releasesWritten } from "../platform/network.ts";
import { ReadSlab } from "../platform/read-slab.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { ReadAhead } from "./read-ahead.ts";
import { discardStrayBytes } from "./stray-bytes.ts";

/**
 * How a copy ended. `bytes` is what the sink took.
 * `eof`: the source ended in order and the sink's network took every byte. `broken`: one side broke before that.
 */
export type CopyEnd =
  | { readonly bytes: number; readonly end: "eof" }
  | {
      readonly bytes: number;
      readonly end: "broken";
      readonly side: "source" | "sink";
      readonly error: SallyportError;
    }
  | { readonly bytes: number; readonly end: "aborted" };

export interface CopyOptions {
  /** Its `bytes` is raised as bytes arrive from the source: to see whether a transfer moves. */
  readonly progress?: { bytes: number };
  /** Is given what arrives from the source, before the sink is; what it keeps it copies. */
  readonly retain?: { push(chunk: Uint8Array): void };
  /** Sent before anything that arrives: what another sink has not got. It counts in `bytes`, not in `progress`. */
  readonly first?: readonly Uint8Array[];
  /** Nobody reads the source behind this copy: it may be read into memory of the copy's own. */
  readonly isLast?: boolean;
}

/**
 * Copies until the source's end-of-file, at the pace of the sink. Neither ends nor resets either side: an FTP relay holds
 * the end-of-file back until it knows how the transfer went (RFC 959 section 3.4). `onEnd` is called once, perhaps at once. The
 * function that it gives ends the copy, and both connections stay as they are; harmless when it has ended.
 *
 * Data connections carry one direction. What the sink sends is read and discarded, so that its breaking is noticed while
 * the source is idle; an end-of-file from it means nothing (some clients half-close while they download).
 */
export function copyData(
  source: Connection,
  sink: Connection,
  options: CopyOptions,
  onEnd: (end: CopyEnd) => void,
): () => void {
  const copy = new Copy(source, sink, options, onEnd);
  copy.start();
  return copy.stop;
}

type Written = (error?: Error | null) => void;

/** Two variables as in OpenSSH's nchan.c: whether the input has ended, and how many writes the output has not yet taken. */
class Copy {
  readonly #from: Connection;
  readonly #to: Connection;
  readonly #source: Duplex;
  readonly #sink: Duplex;
  readonly #progress: { bytes: number };
  readonly #ahead: ReadAhead;
  readonly #retain: CopyOptions["retain"];
  readonly #first: readonly Uint8Array[];
  readonly #ended: (end: CopyEnd) => void;
  #inputEnded = false;
  #writesPending = 0;
  #bytes = 0;
  #settled = false;
  readonly #isLast: boolean;
  #isPaused = false;
  /** What the source brings in one turn leaves in one call of the system. What is received into a slab is one piece anyway. */
  readonly #cork: Cork = new Cork(endOfTurn);
  /** Into memory of the copy's own. */
  #isReceiving = false;
  /** Asks for more of the source. */
  #more: () => void = () => this.#source.resume();

  constructor(source: Connection, sink: Connection, options: CopyOptions, onEnd: (end: CopyEnd) => void) {
    this.#from = source;
    this.#to = sink;
    this.#source = source.stream;
    this.#sink = sink.stream;
    this.#ahead = new ReadAhead(sink, this.#goOn);
    this.#progress = options.progress ?? { bytes: 0 };
    this.#retain = options.retain;
    this.#first = options.first ?? [];
    this.#isLast = options.isLast === true;
    this.#ended = onEnd;
  }

  start(): void {
    const source = this.#source;
    const sink = this.#sink;
    if (sink.destroyed || sink.writableEnded) this.#onSinkBroken();
    else if (source.readableEnded && this.#first.length === 0) this.#onEnd();
    else if (source.destroyed && !source.readableEnded) this.#onSourceBroken();
    else {
      const hasEnded = source.readableEnded;
      this.#listen(source, sink);
      for (const piece of this.#first) this.#write(piece, this.#onWritten);
      if (hasEnded) this.#onEnd();
    }
  }

  #listen(source: Duplex, sink: Duplex): void {
    source.on("end", this.#onEnd).on("error", this.#onSourceBroken).on("close", this.#onSourceBroken);
    sink.on("drain", this.#goOn).on("error", this.#onSinkBroken).on("close", this.#onSinkBroken);
    discardStrayBytes(sink);
    if (this.#isLast && receivesInto(this.#from)) this.#receive(this.#from);
    else {
      source.on("data", this.#onData);
      if (source.isPaused()) source.resume();
    }
  }

  #receive(from: Connection & ReceivesInto): void {
    this.#isReceiving = true;
    const isReleased = releasesWritten(this.#to);
    const slab = new ReadSlab(isReleased);
    this.#more = from.receiveInto({
      room: () => slab.room(),
      filled: (count) => {
        const chunk = slab.take(count);
        const onWritten = (error?: Error | null): void => {
          if (!error) slab.release(count);
          this.#onWritten(error);
        };
        if (!this.#settled) this.#take(chunk, isReleased ? onWritten : this.#onWritten);
        return this.#settled || !this.#isPaused; // what comes behind the copy is thrown away
      },
    });
  }

  readonly #onData = (chunk: Uint8Array): void => {
    this.#cork.hold(this.#sink);
    this.#take(chunk, this.#onWritten);
  };

  #take(chunk: Uint8Array, onWritten: Written): void {
    this.#progress.bytes += chunk.length;
    this.#retain?.push(chunk);
    this.#write(chunk, onWritten);
  }

  #write(chunk: Uint8Array, onWritten: Written): void {
    this.#bytes += chunk.length;
    this.#writesPending += 1;
    this.#sink.write(chunk, onWritten);
    if (!this.#ahead.isFar(this.#bytes) && !this.#isSinkFull) return;
    this.#isPaused = true;
    this.#source.pause();
  }

  /** What is received may be two pieces, so that the sink finds the next one when it has the first. */
  get #isSinkFull(): boolean {
    return this.#isReceiving ? this.#sink.writableLength >= limits.copyPendingBytes : this.#sink.writableNeedDrain;
  }

  readonly #goOn = (): void => {
    if (this.#settled || this.#ahead.isHeld || this.#isSinkFull) return;
    this.#isPaused = false;
    this.#more();
  };

  readonly #onWritten = (error?: Error | null): void => {
    this.#writesPending -= 1;
    // Not every stream fails the writes that it can no longer do.
    if (error || this.#sink.destroyed) this.#break("sink", error ?? this.#sink.errored);
    else if (this.#inputEnded && this.#writesPending === 0) this.#settle({ bytes: this.#bytes, end: "eof" });
    else if (this.#isPaused) this.#goOn();
  };

  readonly #onEnd = (): void => {
    this.#inputEnded = true;
    if (this.#writesPending === 0) this.#settle({ bytes: this.#bytes, end: "eof" });
  };

  readonly stop = (): void => this.#settle({ bytes: this.#taken(), end: "aborted" });

  readonly #onSourceBroken = (): void => {
    if (!this.#inputEnded) this.#break("source", this.#source.errored);
  };

  readonly #onSinkBroken = (): void => this.#break("sink", this.#sink.errored);

  #break(side: "source" | "sink", cause: unknown): void {
    const error = isSallyportError(cause) ? cause : connectionBroken(side, cause);
    this.#settle({ bytes: this.#taken(), end: "broken", side, error });
  }

  #taken(): number {
    return this.#bytes - this.#sink.writableLength;
  }

  #settle(end: CopyEnd): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#ahead.stop();
    const source = this.#source;
    const sink = this.#sink;
    source.off("data", this.#onData).off("end", this.#onEnd);
    source.off("error", this.#onSourceBroken).off("close", this.#onSourceBroken);
    sink.off("drain", this.#goOn).off("error", this.#onSinkBroken).off("close", this.#onSinkBroken);
    // Without a reader a flowing stream would throw the rest away.
    if (end.end !== "eof") source.pause();
    this.#ended(end);
  }
}

/** `close` without an error: somebody on our side destroyed the stream. */
function connectionBroken(side: "source" | "sink", cause: unknown): SallyportError {
  const which = side === "source" ? "sending" : "receiving";
  return new SallyportError("CLOSED", `the ${which} data connection was closed here`, { cause });
}

/**
 * Sends end-of-file and waits until the network has taken it, behind everything that was written before. False: the
 * connection broke first, or took longer than `endOfFileMs` and was reset. The caller still disposes the connection. Rejects with the signal's reason.
 */
export function finish(sink: Connection, clock: Clock, signal?: AbortSignal): Promise<boolean> {
  const { stream } = sink;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    let isSettled = false;
    const stop = (): void => {
      isSettled = true;
      cancel();
      stopListening?.();
    };
    const settle = (): void => {
      if (isSettled) return;
      stop();
      resolve(stream.writableFinished);
    };
    const cancel = clock.after(limits.endOfFileMs, () => {
      sink.reset();
      settle();
    });
    const stopListening =
      signal &&
      onAbort(signal, () => {
        stop();
        reject(signal.reason);
      });
    if (stream.writableFinished || stream.closed) return settle();
    stream.end(settle); // called whatever happens, also where it was ended before
    // By whatever stream does not keep to that.
    void sink.closed.then(settle);
  });
}

// From a data connection to a sink of bytes, until its end-of-file.
import type { Duplex } from "node:stream";
import { onAbort } from "../platform/abort.ts";
import type { Clock } from "../platform/clock.ts";
import { type Connection, type Receiver, receivesInto } from "../platform/network.ts";
import { Watchdog } from "../platform/watchdog.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";

/** Takes the bytes of a download. */
export interface Sink {
  /** False: no more until {@link whenReady} calls back. Throws to end the transfer. */
  write(chunk: Uint8Array): boolean;
  whenReady(callback: () => void): void;
  /** Where the next bytes may be put, which then come with `write`. Never empty. Absent: they come in their own buffers. */
  room?(): Uint8Array;
  /** All has come. Throws when that cannot be right. */
  end?(): void;
}

export interface FlowOptions {
  readonly clock: Clock;
  /** Milliseconds without a byte; not counted while our own side is the slow one. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
}

export function stalled(stallMs: number): SallyportError {
  return new SallyportError("FTP_TRANSFER", `no byte of the data has moved for ${stallMs / 1000} s`, {
    details: { phase: "data" },
    hint: "Try again, or continue with what is there (resume); if it happens at once each time, choose another mode.",
  });
}

/** Resolves after the end-of-file; everything else rejects: reset, silence, the signal's reason. */
export function receiveData(data: Connection, sink: Sink, options: FlowOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    new Reception(data, sink, options, resolve, reject).start();
  });
}

/** For what still comes when nobody wants it any more. */
const waste = new Uint8Array(65_536);

class Reception implements Receiver {
  readonly #data: Connection;
  readonly #stream: Duplex;
  readonly #sink: Sink;
  readonly #options: FlowOptions;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  readonly #stallTimeout: Watchdog;
  #over = false;
  /** Lent to the connection. */
  #room: Uint8Array = waste;
  #pause: () => void;
  #resume: () => void;
  #stopListening: () => void = () => {};

  constructor(
    data: Connection,
    sink: Sink,
    options: FlowOptions,
    resolve: () => void,
    reject: (error: unknown) => void,
  ) {
    const { stream } = data;
    this.#data = data;
    this.#stream = stream;
    this.#pause = () => stream.pause();
    this.#resume = () => stream.resume();
    this.#sink = sink;
    this.#options = options;
    const { clock, stallMs } = options;
    this.#stallTimeout = new Watchdog(clock, stallMs, () => this.#fail(stalled(stallMs)));
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const stream = this.#stream;
    const { signal } = this.#options;
    if (signal.aborted) this.#onAbort();
    else if (stream.readableEnded)
      this.#onEnd(); // an empty file inside TLS
    else if (stream.destroyed) this.#onClose();
    else {
      this.#stopListening = onAbort(signal, this.#onAbort);
      // What breaks it closes it.
      stream.on("end", this.#onEnd).on("close", this.#onClose);
      this.#begin();
      this.#watch();
    }
  }

  room(): Uint8Array {
    this.#room = (this.#over ? undefined : this.#sink.room?.()) ?? waste;
    return this.#room;
  }

  filled(count: number): boolean {
    return this.#over || this.#take(this.#room.subarray(0, count));
  }

  #begin(): void {
    if (this.#sink.room !== undefined && receivesInto(this.#data)) {
      this.#pause = () => {};
      this.#resume = this.#data.receiveInto(this);
    } else {
      this.#stream.on("data", this.#onData);
      this.#resume();
    }
  }

  readonly #onData = (chunk: Uint8Array): void => {
    if (!this.#over) this.#take(chunk);
  };

  /** False: no more for now. */
  #take(chunk: Uint8Array): boolean {
    try {
      if (this.#sink.write(chunk)) {
        this.#watch();
        return true;
      }
    } catch (error) {
      this.#fail(error);
      return false;
    }
    this.#pause();
    this.#stallTimeout.pause();
    this.#sink.whenReady(() => {
      if (this.#over || this.#stream.destroyed) return;
      this.#watch();
      this.#resume();
    });
    return false;
  }

  readonly #onEnd = (): void => {
    if (this.#over) return;
    this.#settle();
    // ProFTPD says 226 only when our end has come too.
    this.#stream.end();
    this.#resolve();
  };

  readonly #onAbort = (): void => this.#fail(this.#options.signal.reason);

  readonly #onClose = (): void => {
    if (this.#over) return;
    this.#fail(this.#stream.errored ?? new SallyportError("NET_RESET", "the data connection was closed"));
  };

  readonly #fail = (error: unknown): void => {
    if (this.#over) return;
    this.#settle();
    this.#stream.pause();
    this.#reject(error);
  };

  #watch(): void {
    // Whoever takes the bytes may have aborted the transfer meanwhile.
    if (!this.#over) this.#stallTimeout.restart();
  }

  /** Its listeners stay, since the connection goes next. */
  #settle(): void {
    this.#over = true;
    this.#stallTimeout.end();
    this.#stopListening();
  }
}

/** What broke the data of a transfer, as an error about the transfer. */
export function brokenData(what: string, cause: unknown): unknown {
  if (!isSallyportError(cause) || !cause.code.startsWith("NET_")) return cause;
  return new SallyportError("FTP_TRANSFER", `${what}: the data connection broke (${cause.message})`, {
    cause,
    details: cause.details,
    hint: cause.hint ?? "Transfer the file again, or continue with what is there (resume).",
  });
}

// A Connection made from a Duplex: how its end is judged and how it is disposed is the same for every network.
import type { Duplex } from "node:stream";
import { type ErrorCode, isSallyportError, SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { Clock } from "./clock.ts";
import type { Endpoint } from "./endpoint.ts";
import type {
  CloseInfo,
  Connection,
  ReceivesInto,
  ReleasesWritten,
  SendsFiles,
  TellsAcknowledged,
  TellsOutstanding,
  TellsUntaken,
} from "./network.ts";

/** What a network brings along for one connection. */
export interface StreamConnectionParts {
  /** `allowHalfOpen`, `autoDestroy`, and its errors are SallyportErrors. */
  readonly stream: Duplex;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly user?: number | undefined;
  readonly clock: Clock;
  /** Resets and destroys the stream, now or soon. Called for a reset; may be called twice and after the end. */
  readonly breakOff: () => void;
  /** Settles when the peer has closed it, too; `closed` waits for it, within a limit. Absent: with the stream. */
  readonly gone?: Promise<void>;
  /** Where the stream can do that. */
  readonly receiveInto?: ReceivesInto["receiveInto"] | undefined;
  /** Where the stream's writes say so. */
  readonly releasesWritten?: ReleasesWritten["releasesWritten"] | undefined;
  /** Where the stream is a socket of the system. */
  readonly sendFile?: SendsFiles["sendFile"] | undefined;
  /** What is known of that beside what the stream says. */
  readonly untaken?: TellsUntaken["untaken"] | undefined;
  /** Where the system can be asked. */
  readonly acknowledged?: TellsAcknowledged["acknowledged"] | undefined;
  /** Where somebody knows. */
  readonly outstanding?: TellsOutstanding["outstanding"] | undefined;
}

/** Errors that say more than "interrupted". */
const howByCode: Partial<Record<ErrorCode, CloseInfo["how"]>> = { NET_TIMEOUT: "timeout", SSH_DISCONNECTED: "lost" };

export class StreamConnection implements Connection, TellsUntaken {
  readonly stream: Duplex;
  readonly closed: Promise<CloseInfo>;
  readonly #parts: StreamConnectionParts;
  #endedFirst: CloseInfo["by"] = "local";
  /** What we did ourselves; else the stream's end is judged. */
  #verdict: CloseInfo | undefined;

  constructor(parts: StreamConnectionParts) {
    this.stream = parts.stream;
    this.#parts = parts;
    this.closed = this.#watch();
  }

  get local(): Endpoint {
    return this.#parts.local;
  }

  get remote(): Endpoint {
    return this.#parts.remote;
  }

  get user(): number | undefined {
    return this.#parts.user;
  }

  get receiveInto(): ReceivesInto["receiveInto"] | undefined {
    return this.#parts.receiveInto;
  }

  get releasesWritten(): ReleasesWritten["releasesWritten"] | undefined {
    return this.#parts.releasesWritten;
  }

  get sendFile(): SendsFiles["sendFile"] | undefined {
    return this.#parts.sendFile;
  }

  get acknowledged(): TellsAcknowledged["acknowledged"] | undefined {
    return this.#parts.acknowledged;
  }

  get outstanding(): TellsOutstanding["outstanding"] | undefined {
    return this.#parts.outstanding;
  }

  untaken(): number {
    return this.stream.writableLength + (this.#parts.untaken?.() ?? 0);
  }

  reset(): void {
    if (this.stream.closed) return;
    this.#verdict ??= { by: "local", how: "reset" };
    this.#parts.breakOff();
  }

  [Symbol.asyncDispose](): Promise<void> {
    const { stream } = this;
    const cancel = this.#parts.clock.after(limits.disposeGraceMs, () => this.#force());
    if (!stream.writableEnded) stream.end();
    // Bytes that nobody read would turn our close into a reset, and the peer would lose what is on its way.
    if (stream.readableFlowing !== true) stream.resume();
    return this.closed.then(cancel);
  }

  #force(): void {
    if (this.stream.closed) return;
    if (this.stream.writableFinished) {
      this.#verdict ??= { by: "remote", how: "timeout" };
      this.stream.destroy();
    } else {
      // What was not sent by now never will be, so the peer must not take it for complete.
      this.reset();
    }
  }

  #watch(): Promise<CloseInfo> {
    const { stream } = this;
    let failure: unknown = stream.errored ?? undefined; // it may have broken before
    stream.on("end", () => {
      if (!stream.writableEnded) this.#endedFirst = "remote";
    });
    // Also keeps an error that nobody else listens for from ending the program: `closed` reports it.
    stream.on("error", (error) => {
      if (!isSallyportError(failure)) failure = error;
    });
    return new Promise((resolve) => {
      const settle = (): void => {
        const info = this.#verdict ?? this.#judge(failure);
        const { gone } = this.#parts;
        if (gone === undefined) resolve(info);
        else void this.#within(gone).then(() => resolve(info));
      };
      if (stream.closed) settle();
      else stream.on("close", settle);
    });
  }

  /** A peer that does not answer our close must not hold us. */
  #within(gone: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(limits.disposeGraceMs, resolve);
      void gone.then(() => {
        cancel();
        resolve();
      });
    });
  }

  #judge(failure: unknown): CloseInfo {
    if (failure === undefined) {
      const complete = this.stream.readableEnded && this.stream.writableFinished;
      return complete ? { by: this.#endedFirst, how: "fin" } : { by: "local", how: "reset" };
    }
    if (!isSallyportError(failure)) {
      const error = new SallyportError("INTERNAL", "the stream broke with a foreign error", { cause: failure });
      return { by: "local", how: "reset", error };
    }
    const by = failure.code === "CLOSED" ? "local" : "remote";
    return { by, how: howByCode[failure.code] ?? "reset", error: failure };
  }
}

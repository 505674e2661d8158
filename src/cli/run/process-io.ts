// What a run of the program needs from outside, so that it can be run without any of it.
import { Writable } from "node:stream";
import { debuglog } from "node:util";
import { limits } from "../../protocol/limits.ts";
import type { Tunnel, TunnelOptions } from "../../tunnel/options.ts";

export type OpenTunnel = (options: TunnelOptions) => Promise<Tunnel>;

export interface ProcessIo {
  readonly openTunnel: OpenTunnel;
  readonly env: NodeJS.ProcessEnv;
  /** Writes one line to standard output. */
  readonly printLine: (line: string) => void;
  /** Standard output for `pipeline`: over when all has been taken; leaves the real one open. */
  readonly outputStream: () => Writable;
  /** Writes to standard error. */
  readonly printError: (text: string) => void;
  /** Columns of standard error, where it is a terminal. */
  readonly columns: number | undefined;
  /** Columns of standard output, where it is a terminal. */
  readonly outputColumns: number | undefined;
  /** Resolves when standard output cannot be written any more (`| head -1`, a full disk); else never settles. */
  readonly outputGone: Promise<void>;
  /** Calls back for each signal that asks to stop; the returned function ends that. */
  readonly onStopSignal: (callback: (signal: NodeJS.Signals) => void) => () => void;
  /** Rejects when something was thrown that nobody caught; else never settles. */
  readonly crashed: Promise<never>;
  /** Called once when the forwards are listening: a background child leaves its parent here. */
  readonly becameReady: () => void;
}

const stopSignals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

export interface RealProcessIo extends ProcessIo {
  readonly output: ProcessOutput;
  readonly errorOutput: ProcessOutput;
  /** True once a signal has asked to stop. */
  readonly wasStopped: () => boolean;
}

/** Call once: it takes over what would otherwise end the process with a stack trace. */
export function realProcessIo(openTunnel: OpenTunnel): RealProcessIo {
  const [output, errorOutput] = [new ProcessOutput(process.stdout), new ProcessOutput(process.stderr)];
  let wasStopped = false;
  return {
    openTunnel,
    env: process.env,
    output,
    errorOutput,
    printLine: (line) => output.write(`${line}\n`),
    printError: (text) => errorOutput.write(text),
    outputStream: () => output.asStream(),
    outputColumns: process.stdout.isTTY ? process.stdout.columns : undefined,
    outputGone: output.failed,
    columns: process.stderr.isTTY ? process.stderr.columns : undefined,
    onStopSignal(callback) {
      const onSignal = (signal: NodeJS.Signals): void => {
        wasStopped = true;
        callback(signal);
      };
      for (const signal of stopSignals) process.on(signal, onSignal);
      return () => {
        for (const signal of stopSignals) process.off(signal, onSignal);
      };
    },
    wasStopped: () => wasStopped,
    crashed: new Promise<never>((_, reject) => process.on("uncaughtException", reject)),
    becameReady: () => {},
  };
}

/** Where it leads to a pipe, what is written waits in this process until the reader has taken it. */
class ProcessOutput {
  /** Why nothing more can be written: `EPIPE` when the reader has gone, `ENOSPC` when the disk is full. */
  failure: NodeJS.ErrnoException | undefined;
  /** Resolves with the failure; else never settles. */
  readonly failed: Promise<void>;
  readonly #stream: NodeJS.WriteStream;
  #fail: () => void = () => {};

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
    // Also keeps it from becoming an uncaught exception.
    stream.on("error", (error) => this.#failedWith(error));
  }

  write(text: string): void {
    if (this.failure === undefined) this.#stream.write(text);
  }

  /** For `pipeline`: it is over when all has been taken, and leaves the real one open. */
  asStream(): Writable {
    return new Writable({
      write: (chunk: Buffer, _, done) => {
        this.#stream.write(chunk, (error) => {
          if (error) this.#failedWith(error);
          done(error);
        });
      },
    });
  }

  /** Resolves when all that was written has been taken, or can never be. */
  flushed(): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.write("", () => resolve());
    });
  }

  #failedWith(error: NodeJS.ErrnoException): void {
    this.failure ??= error;
    this.#fail();
  }
}

// NODE_DEBUG=sallyport
const debug = debuglog("sallyport");

/** Sets the status and returns when the outputs have been taken; then the process ends, at the latest after a moment. */
export async function leaveWith(status: number, outputs: readonly ProcessOutput[], wasStopped: boolean): Promise<void> {
  process.exitCode = status;
  // When nothing is left to do: else Node takes its whole heap apart first, which behind a thousand files is 35 ms.
  process.once("beforeExit", () => process.exit());
  // A signal that comes from now on ends the process. One that came before does not wait for ever for a reader.
  const flushed = Promise.all(outputs.map((output) => output.flushed()));
  await (wasStopped ? Promise.race([flushed, after(limits.leaveMs)]) : flushed);
  const wait = setTimeout(
    () => {
      debug("left open: %s", process.getActiveResourcesInfo().join(", "));
      process.exit();
    },
    wasStopped ? limits.leaveAfterSignalMs : limits.leaveMs,
  );
  wait.unref();
}

const after = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });

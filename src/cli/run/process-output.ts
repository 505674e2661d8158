// Standard output or standard error of the process: when all of it has been taken, and that it cannot be written.
import { Writable } from "node:stream";

/** Where it leads to a pipe, what is written waits in this process until the reader has taken it. */
export class ProcessOutput {
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

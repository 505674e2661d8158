// A connection that ssh made to one of our Unix sockets for a remote listener, as a Duplex with half-close.
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { limits } from "../../protocol/limits.ts";
import { honestError } from "./stream-errors.ts";

type Done = (error?: Error | null) => void;

/**
 * When ssh dies the kernel ends its sockets in good order, which looks like the end of a file. So an end-of-file counts
 * only once ssh has shown afterwards that it lives: `confirm` asks it, and rejects if it does not answer.
 */
export class ForwardedStream extends Duplex {
  readonly #socket: Socket;
  readonly #origin: string;

  constructor(socket: Socket, origin: string, confirm: () => Promise<void>) {
    super({ allowHalfOpen: true, highWaterMark: limits.streamBufferBytes });
    this.#socket = socket;
    this.#origin = origin;
    socket.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.once("end", () => {
      confirm().then(
        () => this.push(null),
        (error: Error) => this.destroy(error),
      );
    });
    socket.on("error", (error) => this.destroy(error));
    socket.once("close", () => this.#gone(confirm));
  }

  override destroy(error?: Error | null): this {
    return super.destroy(error ? honestError(error, this.#origin) : undefined);
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#socket.write(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this.#socket.cork();
    for (const { chunk } of chunks.slice(0, -1)) this.#socket.write(chunk);
    this.#socket.write(chunks.at(-1)?.chunk ?? Buffer.alloc(0), done);
    this.#socket.uncork();
  }

  override _final(done: Done): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#socket.destroy();
    done(error);
  }

  /** The socket closed under us: fine if both directions have ended, else a break. */
  #gone(confirm: () => Promise<void>): void {
    const isComplete = this.#socket.readableEnded && this.#socket.writableFinished;
    if (this.destroyed || isComplete) return;
    confirm().then(
      () => this.destroy(Object.assign(new Error("closed"), { code: "ECONNRESET" })),
      (error: Error) => this.destroy(error),
    );
  }
}

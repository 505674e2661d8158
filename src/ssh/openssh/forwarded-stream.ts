// A connection that ssh made to one of our Unix sockets for a remote listener, as a Duplex with half-close.
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { limits } from "../../protocol/limits.ts";
import { asSallyportError } from "../channels/stream-errors.ts";

type Done = (error?: Error | null) => void;

/**
 * When ssh dies the kernel ends its sockets in good order, which looks like the end of a file. So an end-of-file counts
 * only once ssh has shown afterwards that it lives: `confirm` asks it, and rejects if it does not answer.
 */
export class ForwardedStream extends Duplex {
  readonly #socket: Socket;
  /** The listener that it came to, for messages. */
  readonly #listener: string;
  readonly #confirm: () => Promise<void>;
  #writing: Done | undefined;

  constructor(socket: Socket, listener: string, confirm: () => Promise<void>) {
    super({ allowHalfOpen: true, highWaterMark: limits.streamBufferBytes });
    this.#socket = socket;
    this.#listener = listener;
    this.#confirm = confirm;
    socket.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.once("end", () => this.#whenConfirmed(() => this.push(null)));
    socket.on("error", (error) => this.destroy(error));
    socket.once("close", () => this.#closed());
  }

  override destroy(error?: Error | null): this {
    return super.destroy(error ? asSallyportError(error, this.#listener) : undefined);
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#writing = done;
    this.#socket.write(chunk, (error) => this.#finishWrite(error));
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this.#writing = done;
    this.#socket.cork();
    for (const { chunk } of chunks.slice(0, -1)) this.#socket.write(chunk);
    this.#socket.write(chunks.at(-1)?.chunk ?? Buffer.alloc(0), (error) => this.#finishWrite(error));
    this.#socket.uncork();
  }

  override _final(done: Done): void {
    this.#socket.end(done);
  }

  /** Before the socket goes: Node reports a write that is cut off by `destroy` as done. */
  override _destroy(error: Error | null, done: Done): void {
    this.#finishWrite(error ?? asSallyportError(undefined, this.#listener));
    this.#socket.destroy();
    done(error);
  }

  #finishWrite(error?: Error | null): void {
    const done = this.#writing;
    this.#writing = undefined;
    done?.(error ? asSallyportError(error, this.#listener) : undefined);
  }

  /** The socket closed under us: fine if both directions have ended, else a break. */
  #closed(): void {
    const isComplete = this.#socket.readableEnded && this.#socket.writableFinished;
    if (this.destroyed || isComplete) return;
    this.#whenConfirmed(() => this.destroy(Object.assign(new Error("closed"), { code: "ECONNRESET" })));
  }

  #whenConfirmed(act: () => void): void {
    this.#confirm().then(act, (error: Error) => this.destroy(error));
  }
}

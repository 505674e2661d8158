// A channel as a Duplex with half-close.
import { Duplex } from "node:stream";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { SendQueue } from "../channels/send-queue.ts";
import type { ChannelEvent, ChannelHandle, ChannelOwner } from "./channel-owner.ts";
import { honestError } from "./stream-errors.ts";
import type { Source, Upstream } from "./upstream.ts";

type Done = (error?: Error | null) => void;

/** A piece smaller than this is copied, so that it does not keep a whole read of other channels' data in memory. */
const copyBytesMax = 4096;

const bufferOf = (bytes: Uint8Array): Buffer =>
  bytes.length < copyBytesMax ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/**
 * Reading: what does not fit into the stream's buffer waits in `#unread`, which the channel's window bounds; only what the
 * stream took is reported as consumed, so that an unread stream stops the server. Writing: a write is done when the system
 * has taken it, and that waits for the server's window and for the channel's turn.
 */
export class ChannelStream extends Duplex implements ChannelOwner, Source {
  readonly #channel: ChannelHandle;
  readonly #upstream: Upstream;
  readonly #unread: Buffer[] = [];
  #hasRoom = true;
  /** The server's end-of-file came. */
  #isComplete = false;
  readonly #queue = new SendQueue();
  #written: Done | undefined;
  /** Why nothing can be sent any more. */
  #unsendable: SallyportError | undefined;

  constructor(channel: ChannelHandle, upstream: Upstream) {
    super({ allowHalfOpen: true, highWaterMark: limits.streamBufferBytes });
    this.#channel = channel;
    this.#upstream = upstream;
  }

  get number(): number {
    return this.#channel.number;
  }

  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  takeQueued(most: number): Uint8Array {
    return this.#queue.take(most);
  }

  sent(): void {
    this.#finishWrite();
  }

  receive(event: ChannelEvent): void {
    if (event.type === "data") this.#data(event.bytes);
    else if (event.type === "extended-data") this.#channel.consume(event.bytes.length);
    else if (event.type === "window") this.#upstream.add(this);
    else if (event.type === "eof") this.#endOfFile();
    else if (event.type === "closed") this.#closed(event.input === "broken", event.output === "broken");
  }

  lost(error: SallyportError): void {
    this.destroy(error);
  }

  override destroy(error?: Error | null): this {
    return super.destroy(error ? honestError(error, this.#channel.target) : undefined);
  }

  override _read(): void {
    this.#hasRoom = true;
    this.#refill();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#send([chunk], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: Done): void {
    if (this.#unsendable === undefined) this.#channel.endOfFile();
    done(this.#unsendable);
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#unread.length = 0;
    this.#queue.clear();
    this.#upstream.remove(this);
    this.#channel.close();
    this.#finishWrite(error ?? honestError(undefined, this.#channel.target));
    done(error);
  }

  #data(bytes: Uint8Array): void {
    if (this.destroyed) return;
    this.#unread.push(bufferOf(bytes));
    if (this.#hasRoom) this.#refill();
  }

  #endOfFile(): void {
    this.#isComplete = true;
    this.#refill();
  }

  #refill(): void {
    while (this.#hasRoom && !this.destroyed) {
      const chunk = this.#unread.shift();
      if (chunk === undefined) break;
      this.#hasRoom = this.push(chunk);
      this.#channel.consume(chunk.length);
    }
    if (this.#unread.length > 0 || !this.#isComplete || this.destroyed || this.readableEnded) return;
    this.#isComplete = false; // once
    this.push(null);
  }

  #send(chunks: readonly Uint8Array[], done: Done): void {
    if (this.#unsendable === undefined) for (const chunk of chunks) this.#queue.push(chunk);
    if (this.#queue.bytes === 0) {
      done(this.#unsendable);
      return;
    }
    this.#written = done;
    this.#upstream.add(this);
  }

  #finishWrite(error?: Error): void {
    const done = this.#written;
    this.#written = undefined;
    done?.(error);
  }

  /**
   * `noEnd`: without the server's end-of-file what came may be incomplete. `stillWriting`: the server takes no more, but
   * what it sent before can still be read, as the last words of an FTP server may explain it.
   */
  #closed(noEnd: boolean, stillWriting: boolean): void {
    if (noEnd) this.destroy(reset(`the SSH server reset the connection to ${this.#channel.target}`));
    if (!stillWriting) return;
    this.#unsendable = reset(`${this.#channel.target} closed the connection before our end-of-file`);
    this.#upstream.remove(this);
    const fail = (): unknown => this.destroy(this.#unsendable);
    if (this.readableEnded) fail();
    else this.once("end", fail);
  }
}

function reset(message: string): SallyportError {
  return new SallyportError("NET_RESET", message, { details: { phase: "read" } });
}

// One SSH channel (RFC 4254 section 5) as a byte stream with half-close, and as a Connection.
import { Duplex } from "node:stream";
import type { Clock } from "../../platform/clock.ts";
import type { Endpoint } from "../../platform/endpoint.ts";
import { StreamConnection } from "../../platform/stream-connection.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { RequestArgument } from "../connection-protocol/messages.ts";
import type { ChannelEvent, ChannelMachine } from "./machine/channel-machine.ts";
import type { DirectionState } from "./machine/half-close.ts";
import { SendQueue } from "./machine/send-queue.ts";
import type { SendTurns, Source } from "./send-turns.ts";
import { asSallyportError } from "./stream-errors.ts";

type Done = (error?: Error | null) => void;

export interface ChannelParts {
  readonly number: number;
  /** `host:port`, or `session`; for messages. */
  readonly target: string;
  readonly machine: ChannelMachine;
  readonly turns: SendTurns;
  /** The other side, for messages: `the SSH server`. */
  readonly peer: string;
  /**
   * sshd closes a channel whose other direction is open only when what we sent could not be delivered; so it is a break. SSH
   * clients end both directions at once where they have got what they wanted.
   */
  readonly isServer: boolean;
}

/** A piece smaller than this is copied, so that it does not keep a whole read of other channels' data in memory. */
const copyBytesMax = 4096;

function bufferOf(bytes: Uint8Array): Buffer {
  if (bytes.length < copyBytesMax) return Buffer.from(bytes);
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * Reading: what does not fit into the stream's buffer waits in `#unread`, which the channel's window bounds; only what the
 * stream took is reported as consumed, so that an unread stream stops the peer. Writing: a write is done when it is on its
 * way and the carrier needs its memory no more, and that waits for the peer's window and for the channel's turn.
 */
export class Channel extends Duplex implements Source {
  readonly number: number;
  readonly target: string;
  /** Settles when nothing of the channel is left at either side. */
  readonly gone: Promise<void>;
  /** Answers to our channel requests, for a session. */
  onReply: ((isGranted: boolean) => void) | undefined;
  /** Requests of the peer, for a session. What it returns is done once the request is granted; nothing refuses it. */
  onRequest: ((name: string, argument: RequestArgument) => (() => void) | undefined) | undefined;
  readonly #parts: ChannelParts;
  readonly #unread: Buffer[] = [];
  #hasRoom = false;
  /** The peer's end-of-file came, and the reader has not been given it. */
  #endIsDue = false;
  readonly #queue = new SendQueue();
  #written: Done | undefined;
  #eofSent = false;
  /** Why nothing can be sent any more. */
  #unsendable: SallyportError | undefined;
  #settleGone: () => void = () => {};

  constructor(parts: ChannelParts) {
    super({ allowHalfOpen: true, highWaterMark: limits.streamBufferBytes });
    this.#parts = parts;
    this.number = parts.number;
    this.target = parts.target;
    this.gone = new Promise((resolve) => {
      this.#settleGone = resolve;
    });
    this.on("error", () => {}); // it may break before the one who asked for it sees it
  }

  // ---- from the peer

  receive(event: Exclude<ChannelEvent, { readonly type: "open" | "opened" | "refused" }>): void {
    const { machine, turns } = this.#parts;
    if (event.type === "data") this.#data(event.bytes);
    else if (event.type === "standard-error")
      machine.consume(this.number, event.bytes.length); // nobody reads it
    else if (event.type === "window") turns.add(this);
    else if (event.type === "eof") this.#endOfFile();
    else if (event.type === "request") this.#request(event.name, event.argument, event.wantReply);
    else if (event.type === "reply") this.onReply?.(event.ok);
    else if (event.type === "fault") this.destroy(event.error);
    else if (event.type === "closed") this.#closed(event.input, event.output);
  }

  /** The SSH connection is gone. */
  lose(error: SallyportError): void {
    this.#settleGone();
    this.destroy(error);
  }

  // ---- from our program

  /** A request that is to be answered (`onReply`). */
  request(name: string, argument: string): void {
    if (!this.destroyed) this.#parts.machine.request(this.number, name, argument);
  }

  /** A request without an answer. */
  notify(name: string, argument: RequestArgument): void {
    this.#parts.machine.notify(this.number, name, argument);
  }

  /** Standard error of a command, where the window has room for it. */
  writeStandardError(bytes: Uint8Array): void {
    if (this.#parts.machine.sendable(this.number) < bytes.length) return;
    this.#parts.machine.standardError(this.number, bytes);
  }

  /** A command that still runs gets SIGTERM (section 6.9); sshd keeps its channel until it has ended. */
  terminate(): void {
    this.notify("signal", "TERM");
    this.destroy();
  }

  /** End-of-file ahead of `end()`, and without the close that follows both: a command's status may come behind them. */
  sendEof(): void {
    if (this.#eofSent || this.destroyed || this.#unsendable !== undefined) return;
    this.#eofSent = true;
    this.#parts.machine.eof(this.number, true);
  }

  /** Sent, and perhaps not passed on by the peer. */
  get outstandingBytes(): number | undefined {
    return this.#parts.machine.outstanding(this.number);
  }

  /** For {@link SendTurns}. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  takeQueued(most: number): Uint8Array {
    return this.#queue.take(most);
  }

  sent(): void {
    this.#finishWrite();
  }

  // ---- as a stream

  override destroy(error?: Error | null): this {
    return super.destroy(error ? asSallyportError(error, this.target) : undefined);
  }

  override _read(): void {
    this.#hasRoom = true;
    this.#refill();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#send([chunk], done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: Done): void {
    if (!this.#eofSent && this.#unsendable === undefined) {
      this.#eofSent = true;
      this.#parts.machine.eof(this.number);
    }
    done(this.#parts.isServer ? undefined : this.#unsendable);
  }

  /** After a clean end of both directions, or to abort: then no end-of-file has been sent. */
  override _destroy(error: Error | null, done: Done): void {
    this.#unread.length = 0;
    this.#queue.clear();
    this.#parts.turns.remove(this);
    this.#parts.machine.close(this.number);
    if (this.#written !== undefined) this.#finishWrite(error ?? asSallyportError(undefined, this.target));
    done(error);
  }

  #data(bytes: Uint8Array): void {
    if (this.destroyed) return;
    this.#unread.push(bufferOf(bytes));
    if (this.#hasRoom) this.#refill();
  }

  #endOfFile(): void {
    this.#endIsDue = true;
    this.#refill();
  }

  #refill(): void {
    while (this.#hasRoom && !this.destroyed) {
      const chunk = this.#unread.shift();
      if (chunk === undefined) break;
      this.#hasRoom = this.push(chunk);
      this.#parts.machine.consume(this.number, chunk.length);
    }
    if (this.#unread.length > 0 || !this.#endIsDue || this.destroyed) return;
    this.#endIsDue = false;
    this.push(null);
  }

  #send(chunks: readonly Uint8Array[], done: Done): void {
    if (this.#unsendable === undefined) for (const chunk of chunks) this.#queue.push(chunk);
    if (this.#queue.bytes === 0) {
      done(this.#unsendable);
      return;
    }
    this.#written = done;
    this.#parts.turns.add(this);
  }

  #finishWrite(error?: Error): void {
    const done = this.#written;
    this.#written = undefined;
    done?.(error);
  }

  /** sshd's ClientAliveInterval asks for a reply to a request that nobody knows; a refusal is an answer. */
  #request(name: string, argument: RequestArgument, wantReply: boolean): void {
    const granted = this.onRequest?.(name, argument);
    if (wantReply) this.#parts.machine.answer(this.number, granted !== undefined);
    granted?.();
  }

  /**
   * Without the peer's end-of-file what came may be incomplete. Without ours nothing more is taken, but what came before
   * can still be read, as the last reply of an FTP server may explain it.
   */
  #closed(input: DirectionState, output: DirectionState): void {
    this.#settleGone();
    if (input === "broken") this.destroy(this.#reset("closed"));
    if (output !== "broken") return;
    this.#unsendable = this.#reset("has closed", this.#written === undefined ? idleHint : undefined);
    this.#parts.turns.remove(this);
    if (this.#written === undefined && this.#parts.isServer) return;
    const fail = (): unknown => this.destroy(this.#unsendable);
    if (this.readableEnded) fail();
    // First: who reads then finds at the end why it came.
    else this.prependOnceListener("end", fail);
  }

  #reset(what: string, hint?: string): SallyportError {
    return new SallyportError("NET_RESET", `${this.#parts.peer} ${what} the channel to ${this.target} before its end`, {
      details: { remote: this.target, phase: "read" },
      hint,
    });
  }
}

/** A server behind that hangs up is an end-of-file, no more. */
const idleHint =
  "If it was idle: ChannelTimeout in the SSH server's sshd_config closes such channels. Raise it there, or let a NOOP go from time to time.";

/** What a channel breaks with whose other side closes it without an end-of-file. */
export function isReset(error: unknown): boolean {
  return isSallyportError(error) && error.code === "NET_RESET";
}

/** It is closed when the peer has answered our close, too (section 5.3). */
export function channelConnection(channel: Channel, local: Endpoint, remote: Endpoint, clock: Clock): StreamConnection {
  return new StreamConnection({
    stream: channel,
    local,
    remote,
    clock,
    // CLOSE without end-of-file. sshd makes an end-of-file of it for the remote program (openssh/README.md): what must not be
    // taken for complete has to be aborted in FTP first.
    breakOff: () => channel.destroy(),
    gone: channel.gone,
    untaken: () => channel.queuedBytes,
    outstanding: () => channel.outstandingBytes,
    releasesWritten: true,
  });
}

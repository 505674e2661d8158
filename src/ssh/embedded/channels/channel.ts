// One SSH channel (RFC 4254 section 5) as a byte stream with half-close.
import { Duplex } from "node:stream";
import { isSallyportError, SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import { ReceiveSide } from "./receive-side.ts";
import { channelWindow, type Pace } from "./receive-window.ts";
import { type Done, SendSide } from "./send-side.ts";
import type { ChannelSender, Opened } from "./ssh2-messages.ts";

const stderr = 1; // SSH_EXTENDED_DATA_STDERR, RFC 4254 section 5.2

/** What a channel needs from the connection that carries it. */
export interface ChannelCarrier {
  readonly send: ChannelSender;
  /** The other side, for messages: `the SSH server`. */
  readonly peer: string;
  readonly pace: Pace;
  /** True while the SSH connection has enough to send; `whenClear` calls back once it wants more. */
  isCongested(): boolean;
  whenClear(callback: () => void): void;
  /** The channel's number is free again: both sides have closed it, or the connection is lost. */
  forget(ours: number): void;
}

/** Both directions end on their own. Bytes that arrive are given credit for only when they are read. */
export class Channel extends Duplex {
  readonly ours: number;
  /** `host:port`, or `session`; for messages. */
  readonly target: string;
  /** Settles when nothing of the channel is left at either side. */
  readonly gone: Promise<void>;
  /** Answers to our channel requests, for a session. */
  onReply: ((success: boolean) => void) | undefined;
  /** Requests of the other side, for a session. What it returns is done once the request is granted; nothing refuses it. */
  onRequest: ((type: string, data: unknown) => (() => void) | undefined) | undefined;

  readonly #carrier: ChannelCarrier;
  readonly #theirs: number;
  readonly #sending: SendSide;
  readonly #receiving: ReceiveSide;
  #eofSent = false;
  #closeSent = false;
  #closeReceived = false;
  #settleGone: () => void = () => {};

  constructor(carrier: ChannelCarrier, ours: number, target: string, opened: Opened) {
    super({ allowHalfOpen: true, highWaterMark: limits.streamBufferBytes });
    this.#carrier = carrier;
    this.ours = ours;
    this.target = target;
    this.#theirs = opened.sender;
    this.#receiving = new ReceiveSide({
      pace: carrier.pace,
      push: (data) => this.push(data),
      adjust: (bytes) => this.tell((send, theirs) => send.channelWindowAdjust(theirs, bytes)),
    });
    this.#sending = new SendSide({
      window: opened.window,
      packetMax: Math.max(1, Math.min(opened.packetSize, channelWindow.packetBytes)), // 0 would never end
      send: (data) => carrier.send.channelData(opened.sender, data),
      isCongested: () => carrier.isCongested(),
      whenClear: (callback) => carrier.whenClear(callback),
    });
    this.gone = new Promise((resolve) => {
      this.#settleGone = resolve;
    });
  }

  // ---- from the other side

  receive(data: Buffer): void {
    if (this.destroyed || this.#receiving.arrive(data)) return;
    this.destroy(new SallyportError("SSH_PROTOCOL", `${this.#carrier.peer} sent more than it may on ${this.#subject}`));
  }

  /** Standard error of a command: it takes window (RFC 4254 section 5.2), and nobody reads it. */
  receiveExtended(data: Buffer): void {
    this.#receiving.discard(data.length);
  }

  receiveWindow(bytes: number): void {
    this.#sending.widen(bytes);
  }

  receiveEof(): void {
    this.#receiving.end();
  }

  /** Without end-of-file before it, the channel was aborted (RFC 4254 section 5.3). */
  receiveClose(): void {
    this.#closeReceived = true;
    const broken = !this.#receiving.ended && !this.#closeSent;
    this.#sendClose();
    this.#leave();
    if (broken) this.destroy(this.#brokenOff("closed"));
    else if (this.readableLength === 0 && this.#receiving.isEmpty) this.#failWrites();
    else this.once("end", () => this.#failWrites());
  }

  /** The connection is gone. */
  lose(error: SallyportError): void {
    this.#closeSent = true;
    this.#sending.stop();
    this.#closeReceived = true;
    this.#leave();
    this.destroy(error);
  }

  /** Sends a message about this channel, unless it is closed. */
  tell(message: (send: ChannelSender, theirs: number) => void): void {
    if (!this.#closeSent) message(this.#carrier.send, this.#theirs);
  }

  /** Standard error of a command, where the window has room for it. */
  writeExtended(data: Buffer): void {
    if (this.#sending.spend(data.length)) this.tell((send, theirs) => send.channelExtData(theirs, data, stderr));
  }

  /** A command that still runs is told to end; sshd keeps its channel until it has. */
  terminate(): void {
    this.tell((send, theirs) => send.signal(theirs, "TERM"));
    this.destroy();
  }

  /** End-of-file ahead of `end()`: a stream that has ended both ways is over, a command that lacks its status is not. */
  sendEof(): void {
    if (!this.#eofSent) this.tell((send, theirs) => send.channelEOF(theirs));
    this.#eofSent = true;
  }

  /** A window adjustment by 0, for what it takes along. False: this channel may send no more. */
  sendNothing(): boolean {
    this.tell((send, theirs) => send.channelWindowAdjust(theirs, 0));
    return !this.#closeSent;
  }

  // ---- from our program

  override _read(): void {
    this.#receiving.want();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#write([chunk], done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#write(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: Done): void {
    this.sendEof();
    done();
  }

  /** After a clean end of both directions, or to abort: then no end-of-file has been sent. */
  override _destroy(error: Error | null, done: Done): void {
    this.#receiving.clear();
    this.#sendClose();
    this.#sending.fail(error ?? new SallyportError("CLOSED", `${this.#subject} is closed`));
    done(error);
  }

  get #subject(): string {
    return `the channel to ${this.target}`;
  }

  #write(chunks: readonly Buffer[], done: Done): void {
    if (this.#closeReceived) done(this.#brokenOff("has closed"));
    else this.#sending.write(chunks, done);
  }

  /** The other side closed the channel: what is not sent by now cannot be sent. */
  #failWrites(): void {
    if (this.#sending.isBusy) this.#sending.fail(this.#brokenOff("closed, with data unsent,"));
  }

  #sendClose(): void {
    if (this.#closeSent) return;
    this.#closeSent = true;
    this.#sending.stop();
    this.#carrier.send.channelClose(this.#theirs);
  }

  #leave(): void {
    this.#carrier.forget(this.ours);
    this.#settleGone();
  }

  #brokenOff(what: string): SallyportError {
    return new SallyportError("NET_RESET", `${this.#carrier.peer} ${what} ${this.#subject} before its end`, {
      details: { remote: this.target },
    });
  }
}

/** What a channel breaks with whose other side closes it without an end-of-file. */
export function isBrokenOff(error: unknown): boolean {
  return isSallyportError(error) && error.code === "NET_RESET";
}

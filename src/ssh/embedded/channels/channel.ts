// One SSH channel (RFC 4254 section 5) as a byte stream with half-close.
import { Duplex } from "node:stream";
import { SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import { Outbox } from "./outbox.ts";
import { channelWindow, type Pace, ReceiveWindow } from "./receive-window.ts";
import type { ChannelSender, Opened } from "./ssh2-messages.ts";

/** What a channel needs from the connection that carries it. */
export interface ChannelCarrier {
  readonly send: ChannelSender;
  readonly pace: Pace;
  /** True while the SSH connection has enough to send; `whenClear` calls back once it wants more. */
  isCongested(): boolean;
  whenClear(callback: () => void): void;
  /** The channel's number is free again: both sides have closed it, or the connection is lost. */
  forget(ours: number): void;
}

type Done = (error?: Error | null) => void;

/** Both directions end on their own. Bytes that arrive are given credit for only when they are read. */
export class Channel extends Duplex {
  readonly ours: number;
  /** `host:port`, or `session`; for messages. */
  readonly target: string;
  /** Settles when nothing of the channel is left at either side. */
  readonly gone: Promise<void>;
  /** Answers to our channel requests, and requests of the server, for a session. */
  onReply: ((success: boolean) => void) | undefined;
  onRequest: ((type: string, data: unknown) => void) | undefined;

  readonly #carrier: ChannelCarrier;
  readonly #theirs: number;
  readonly #packetMax: number;
  #sendWindow: number;
  readonly #outbox = new Outbox();
  #written: Done | undefined;
  #inbox: Buffer[] = [];
  #wanted = false;
  readonly #receiveWindow: ReceiveWindow;
  #eofReceived = false;
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
    this.#sendWindow = opened.window;
    this.#receiveWindow = new ReceiveWindow(carrier.pace);
    this.#packetMax = Math.max(1, Math.min(opened.packetSize, channelWindow.packetBytes)); // 0 would never end
    this.gone = new Promise((resolve) => {
      this.#settleGone = resolve;
    });
  }

  // ---- from the server

  receive(data: Buffer): void {
    if (!this.#receiveWindow.arrived(data.length) || this.#eofReceived) {
      this.destroy(new SallyportError("SSH_PROTOCOL", `the SSH server sent more than it may on ${this.#subject}`));
    }
    if (this.destroyed) return;
    this.#inbox.push(data);
    this.#deliver();
  }

  /** Standard error of a command: it takes window (RFC 4254 section 5.2), and nobody reads it. */
  receiveExtended(data: Buffer): void {
    this.#receiveWindow.arrived(data.length);
    this.#giveBack(data.length);
  }

  receiveWindow(bytes: number): void {
    this.#sendWindow += bytes;
    this.#flush();
  }

  receiveEof(): void {
    this.#eofReceived = true;
    this.#deliver();
  }

  /** Without end-of-file before it, the channel broke off (RFC 4254 section 5.3). */
  receiveClose(): void {
    this.#closeReceived = true;
    const broken = !this.#eofReceived && !this.#closeSent;
    this.#sendClose();
    this.#leave();
    if (broken) this.destroy(this.#brokenOff("the SSH server closed"));
    else if (this.readableEnded || this.#unread === 0) this.#failWrites();
    else this.once("end", () => this.#failWrites());
  }

  /** The connection is gone. */
  lose(error: SallyportError): void {
    this.#closeSent = true;
    this.#closeReceived = true;
    this.#leave();
    this.destroy(error);
  }

  sendExec(command: string): void {
    this.#carrier.send.exec(this.#theirs, command, true);
  }

  /** A command that still runs is told to end; sshd keeps its channel until it has. */
  terminate(): void {
    if (!this.#closeSent) this.#carrier.send.signal(this.#theirs, "TERM");
    this.destroy();
  }

  /** End-of-file ahead of `end()`: a stream that has ended both ways is over, a command that lacks its status is not. */
  sendEof(): void {
    if (!this.#eofSent && !this.#closeSent) this.#carrier.send.channelEOF(this.#theirs);
    this.#eofSent = true;
  }

  refuseRequest(): void {
    if (!this.#closeSent) this.#carrier.send.channelFailure(this.#theirs);
  }

  // ---- from our program

  override _read(): void {
    this.#wanted = true;
    this.#deliver();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#outbox.push(chunk);
    this.#written = done;
    this.#flush();
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    for (const { chunk } of chunks) this.#outbox.push(chunk);
    this.#written = done;
    this.#flush();
  }

  override _final(done: Done): void {
    this.sendEof();
    done();
  }

  /** After a clean end of both directions, or to break off: then no end-of-file has been sent. */
  override _destroy(error: Error | null, done: Done): void {
    this.#inbox = [];
    this.#sendClose();
    this.#callWritten(error ?? new SallyportError("CLOSED", `${this.#subject} is closed`));
    done(error);
  }

  get #subject(): string {
    return `the channel to ${this.target}`;
  }

  get #unread(): number {
    return this.#inbox.length + this.readableLength;
  }

  #deliver(): void {
    while (this.#wanted && this.#inbox.length > 0) {
      const data = this.#inbox.shift() as Buffer;
      this.#giveBack(data.length);
      this.#wanted = this.push(data);
    }
    if (this.#eofReceived && this.#inbox.length === 0 && !this.readableEnded) this.push(null);
  }

  #giveBack(bytes: number): void {
    const given = this.#receiveWindow.read(bytes);
    if (given > 0 && !this.#eofReceived && !this.#closeSent) {
      this.#carrier.send.channelWindowAdjust(this.#theirs, given);
    }
  }

  readonly #flush = (): void => {
    if (this.#closeReceived && this.#outbox.bytes > 0) this.#failWrites();
    while (this.#outbox.bytes > 0) {
      if (this.#sendWindow === 0 || this.#closeSent) return;
      if (this.#carrier.isCongested()) {
        this.#carrier.whenClear(this.#flush);
        return;
      }
      const data = this.#outbox.take(Math.min(this.#sendWindow, this.#packetMax));
      this.#sendWindow -= data.length;
      this.#carrier.send.channelData(this.#theirs, data);
    }
    this.#callWritten();
  };

  /** The server closed the channel: what is not sent by now cannot be sent. */
  #failWrites(): void {
    if (this.#written !== undefined) this.#callWritten(this.#brokenOff("the SSH server closed, with data unsent,"));
  }

  #callWritten(error?: Error): void {
    const done = this.#written;
    this.#written = undefined;
    done?.(error);
  }

  #sendClose(): void {
    if (this.#closeSent) return;
    this.#closeSent = true;
    this.#carrier.send.channelClose(this.#theirs);
  }

  #leave(): void {
    this.#carrier.forget(this.ours);
    this.#settleGone();
  }

  #brokenOff(what: string): SallyportError {
    return new SallyportError("NET_RESET", `${what} ${this.#subject} before its end`, {
      details: { remote: this.target },
    });
  }
}

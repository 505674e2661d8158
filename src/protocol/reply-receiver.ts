// The server's bytes become replies, the same ones however the bytes are split.
import { SallyportError } from "./error.ts";
import { remoteFault } from "./fault.ts";
import { TLS_ALERT, TLS_HANDSHAKE, tlsReply } from "./foreign-protocol.ts";
import { latin1FromBytes } from "./latin1.ts";
import { limits } from "./limits.ts";
import { LineBuffer } from "./line-buffer.ts";
import { printable } from "./printable.ts";
import { type ReplyEvent, ReplyLines } from "./reply-lines.ts";

export type { ReplyEvent } from "./reply-lines.ts";

const skippedText = "the server sent a line that is not a reply, skipped: ";

/** For the trace. */
export const skippedNote = (line: string): string => `${skippedText}${printable(line, 200)}`;

/** A server that writes one such line may write hundreds. */
export const isSkippedNote = (note: string): boolean => note.startsWith(skippedText);

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

const plainLines = /^(?:[^\0\r\n]*\r?\n)+$/;

/**
 * Lines end with CRLF or LF (CR CR LF too). Empty lines between replies are skipped. A CR inside a line, alone or as CR
 * NUL (RFC 854), becomes a space. Telnet's 0xFF stays as it is. Never throws.
 */
export class ReplyReceiver {
  readonly #line: LineBuffer = new LineBuffer(limits.replyLineBytesMax);
  #events: ReplyEvent[] = [];
  #carriageReturns = 0;
  #stage: "first-byte" | "bytes" | "over" = "first-byte";
  readonly #lines: ReplyLines = new ReplyLines();

  /** The events of these bytes, in order. After a `failure` event: nothing, ever. */
  receive(bytes: Uint8Array): ReplyEvent[] {
    const text = this.#plainLines(bytes);
    if (text === undefined) this.#bytesOneByOne(bytes);
    else for (const line of text.split(/\r?\n/).slice(0, -1)) this.#add(this.#lines.receive(line));
    return this.#takeEvents();
  }

  /**
   * What has come may be a whole reply, or a part of one: a multi-line reply that another code ends. When nothing follows
   * for {@link limits.replyEndMs}, or a data connection shows that the server has gone on, {@link settle} takes it as whole.
   */
  get isDoubtful(): boolean {
    return this.#line.length === 0 && this.#lines.isDoubtful;
  }

  settle(): ReplyEvent[] {
    if (this.isDoubtful) this.#add(this.#lines.settle());
    return this.#takeEvents();
  }

  /** The first line since the last reply that was no reply. */
  get skippedLine(): string | undefined {
    return this.#lines.skippedLine;
  }

  /** Nearly all that servers say are whole lines with nothing strange in them. Undefined: to be read byte by byte. */
  #plainLines(bytes: Uint8Array): string | undefined {
    const isBetween = this.#stage === "bytes" && this.#line.length === 0 && this.#carriageReturns === 0;
    if (!isBetween || bytes.length > limits.replyLineBytesMax) return undefined;
    const text = latin1FromBytes(bytes);
    return plainLines.test(text) ? text : undefined;
  }

  #bytesOneByOne(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#stage === "over") break;
      this.#byte(byte);
    }
  }

  #takeEvents(): ReplyEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #fail(error: SallyportError): void {
    this.#add([{ type: "failure", error }]);
  }

  #add(events: readonly ReplyEvent[]): void {
    for (const event of events) {
      if (this.#stage === "over") return;
      this.#events.push(event);
      if (event.type === "failure") this.#over();
    }
  }

  #over(): void {
    this.#stage = "over";
    this.#lines.forget();
    this.#line.take();
  }

  #byte(byte: number): void {
    const first = this.#stage === "first-byte";
    this.#stage = "bytes";
    if (first && (byte === TLS_HANDSHAKE || byte === TLS_ALERT)) this.#fail(tlsReply());
    else if (byte === LF) this.#endOfLine();
    else if (byte === CR) this.#carriageReturn();
    else if (byte === 0) this.#nul();
    else this.#text(byte);
  }

  #carriageReturn(): void {
    this.#carriageReturns += 1;
    if (this.#line.length + this.#carriageReturns - 1 > limits.replyLineBytesMax) this.#lineTooLong();
  }

  #lineTooLong(): void {
    const message = `the server sent a reply line of more than ${limits.replyLineBytesMax} bytes`;
    this.#fail(new SallyportError("LIMIT_REPLY", message));
  }

  #nul(): void {
    if (this.#carriageReturns > 0) {
      this.#spaces();
    } else {
      const before = printable(this.#line.take(), 80);
      this.#fail(remoteFault(`the server sent a NUL byte in a reply, after "${before}"`, "Is it an FTP server?"));
    }
  }

  /** Carriage returns that turn out to be inside the line. */
  #spaces(): void {
    for (; this.#carriageReturns > 0; this.#carriageReturns -= 1) {
      if (!this.#line.append(SPACE)) this.#lineTooLong();
    }
  }

  #text(byte: number): void {
    this.#spaces();
    if (!this.#line.append(byte)) this.#lineTooLong();
  }

  #endOfLine(): void {
    this.#carriageReturns = 0;
    this.#add(this.#lines.receive(this.#line.take()));
  }
}

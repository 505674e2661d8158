// The server's bytes become replies, the same ones however the bytes are split.
import { SallyportError } from "./error.ts";
import { remoteFault } from "./fault.ts";
import { TLS_ALERT, TLS_HANDSHAKE } from "./foreign-protocol.ts";
import { limits } from "./limits.ts";
import { LineBuffer } from "./line-buffer.ts";
import { noReply, tlsReply } from "./no-reply.ts";
import { printable } from "./printable.ts";
import type { Reply } from "./reply.ts";

export type ReplyEvent =
  | { readonly type: "reply"; readonly reply: Reply }
  /** The server broke the protocol (`FTP_PROTOCOL_REMOTE`) or a limit (`LIMIT_REPLY`). The last event. */
  | { readonly type: "failure"; readonly error: SallyportError };

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/**
 * Lines end with CRLF or LF (CR CR LF too). Empty lines between replies are skipped. A CR inside a line, alone or as CR
 * NUL (RFC 854), becomes a space. Telnet's 0xFF stays as it is. Never throws.
 */
export class ReplyReceiver {
  readonly #line: LineBuffer = new LineBuffer(limits.replyLineBytesMax);
  #events: ReplyEvent[] = [];
  #carriageReturns = 0;
  #stage: "first-byte" | "bytes" | "over" = "first-byte";
  /** Lines of a multi-line reply that has not ended. */
  #open: { code: string; lines: string[]; bytes: number } | undefined;

  /** The events of these bytes, in order. After a `failure` event: nothing, ever. */
  receive(bytes: Uint8Array): ReplyEvent[] {
    for (const byte of bytes) {
      if (this.#stage === "over") break;
      this.#byte(byte);
    }
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #fail(error: SallyportError): void {
    if (this.#stage === "over") return;
    this.#events.push({ type: "failure", error });
    this.#stage = "over";
    this.#open = undefined;
    this.#line.take();
  }

  #limit(what: string, bytesMax: number): void {
    this.#fail(new SallyportError("LIMIT_REPLY", `the server sent ${what} of more than ${bytesMax} bytes`));
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
    this.#limit("a reply line", limits.replyLineBytesMax);
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
    const line = this.#line.take();
    if (this.#open !== undefined) this.#innerLine(this.#open, line);
    else if (line !== "") this.#firstLine(line);
  }

  #firstLine(line: string): void {
    const match = /^([1-6]\d\d)(?:([ -])|$)/.exec(line);
    if (match?.[1] === undefined) this.#fail(noReply(line));
    else if (match[2] === "-") this.#open = { code: match[1], lines: [line], bytes: line.length + 2 };
    else this.#events.push({ type: "reply", reply: { code: Number(match[1]), lines: [line] } });
  }

  /** RFC 959 section 4.2: only the same code and a space end it; whatever else stands between is text. */
  #innerLine(open: { code: string; lines: string[]; bytes: number }, line: string): void {
    open.bytes += line.length + 2;
    open.lines.push(line);
    const last = line === open.code || line.startsWith(`${open.code} `);
    if (open.bytes > limits.replyBytesMax) this.#limit("a reply", limits.replyBytesMax);
    else if (last) this.#endOfReply(open);
  }

  #endOfReply(open: { code: string; lines: string[] }): void {
    this.#open = undefined;
    this.#events.push({ type: "reply", reply: { code: Number(open.code), lines: open.lines } });
  }
}

// The client's bytes become commands, the same ones however the bytes are split.
import { type Command, type IacSpelling, isVerb, wrapArgument } from "./command.ts";
import { SallyportError } from "./error.ts";
import { remoteFault } from "./fault.ts";
import { type ForeignProtocol, recogniseForeign, recogniseRequest, TLS_HANDSHAKE } from "./foreign-protocol.ts";
import { latin1FromBytes } from "./latin1.ts";
import { limits } from "./limits.ts";
import { LineBuffer } from "./line-buffer.ts";
import { TelnetFilter } from "./telnet-filter.ts";

export type CommandEvent =
  | { readonly type: "command"; readonly command: Command }
  /** A line that is no command; answer 500 with `reason` in its turn. The session goes on, as with vsftpd and ProFTPD. */
  | { readonly type: "malformed"; readonly reason: string }
  /** Bytes to send to the client at once: the refusal of a Telnet option (RFC 854). */
  | { readonly type: "telnet-answer"; readonly bytes: Uint8Array }
  /** The first line was not FTP, or one before the login was HTTP. The last event: close the connection. */
  | { readonly type: "foreign"; readonly protocol: ForeignProtocol; readonly text: string }
  /** The client broke the protocol (`FTP_PROTOCOL_REMOTE`) or a limit (`LIMIT_LINE`). The last event. */
  | { readonly type: "failure"; readonly error: SallyportError };

const LF = 0x0a;
const CR = 0x0d;

/** Lines end with CRLF or LF (CR CR LF too: text-mode writers). Empty lines are skipped. Never throws. */
export class CommandReceiver {
  readonly #line: LineBuffer = new LineBuffer(limits.commandLineBytesMax);
  readonly #telnet: TelnetFilter = new TelnetFilter({
    data: (byte) => this.#data(byte),
    answer: (bytes) => this.#emit({ type: "telnet-answer", bytes }),
    failure: (error) => this.#end({ type: "failure", error }),
  });
  #events: CommandEvent[] = [];
  #carriageReturns = 0;
  readonly #isLoggedIn: () => boolean;
  #stage: "first-byte" | "first-line" | "lines" | "over" = "first-byte";

  /** Before the login every line is looked at for a web page's request that has FTP commands in it. */
  constructor(isLoggedIn: () => boolean = () => true) {
    this.#isLoggedIn = isLoggedIn;
  }

  /** The events of these bytes, in order. After a `failure` or `foreign` event: nothing, ever. */
  receive(bytes: Uint8Array): CommandEvent[] {
    const line = this.#wholeLine(bytes);
    if (line !== undefined) return [this.#lineEvent(line)];
    for (const byte of bytes) {
      if (this.#stage === "over") break;
      if (this.#stage === "first-byte") this.#firstByte(byte);
      else this.#telnet.push(byte);
    }
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** What nearly all bytes are: one line, nothing before it, and nothing in it that has to be looked at byte by byte. */
  #wholeLine(bytes: Uint8Array): string | undefined {
    const isBetween = this.#stage === "lines" && this.#line.length + this.#carriageReturns === 0 && this.#telnet.isIdle;
    if (!isBetween || bytes.length > limits.commandLineBytesMax || !this.#isLoggedIn()) return undefined;
    const text = latin1FromBytes(bytes);
    return plainLine.test(text) ? text.slice(0, -2) : undefined;
  }

  #emit(event: CommandEvent): void {
    this.#events.push(event);
  }

  #end(event: CommandEvent): void {
    this.#emit(event);
    this.#stage = "over";
    this.#line.take();
  }

  #fail(message: string): void {
    this.#end({ type: "failure", error: remoteFault(message, undefined, 500) });
  }

  #firstByte(byte: number): void {
    this.#stage = "first-line";
    if (byte === TLS_HANDSHAKE) this.#end({ type: "foreign", protocol: "TLS", text: "" });
    else this.#telnet.push(byte);
  }

  #data(byte: number): void {
    // The filter may push two bytes at a time.
    if (this.#stage === "over") return;
    if (byte === LF) this.#endOfLine();
    else if (byte === CR) this.#carriageReturn();
    else if (this.#carriageReturns > 0) this.#fail("the client sent a carriage return without a line feed after it");
    else if (byte === 0) this.#fail("the client sent a NUL byte in a command line");
    else if (!this.#line.append(byte)) this.#tooLong();
  }

  #carriageReturn(): void {
    this.#carriageReturns += 1;
    // Python's ftplib sends ABOR as urgent data: TCP then delivers the last byte apart, and the line feed never comes. If it
    // does, it ends an empty line.
    if (this.#carriageReturns === 1 && isAbort(this.#line.peek(12))) this.#endOfLine();
    else if (this.#line.length + this.#carriageReturns - 1 > limits.commandLineBytesMax) this.#tooLong();
  }

  #tooLong(): void {
    const message = `the client sent a command line of more than ${limits.commandLineBytesMax} bytes`;
    this.#end({ type: "failure", error: new SallyportError("LIMIT_LINE", message, { details: { reply: 500 } }) });
  }

  #endOfLine(): void {
    this.#carriageReturns = 0;
    const line = withoutSynch(this.#line.take());
    if (line === "") return;
    const foreign =
      (this.#stage === "first-line" ? recogniseForeign(line) : undefined) ??
      (this.#isLoggedIn() ? undefined : recogniseRequest(line));
    this.#stage = "lines";
    if (foreign !== undefined) this.#end({ type: "foreign", ...foreign });
    else this.#emit(this.#lineEvent(line));
  }

  #lineEvent(line: string): CommandEvent {
    const parsed = parseCommandLine(line);
    if ("reason" in parsed) return { type: "malformed", reason: parsed.reason };
    return { type: "command", command: parsed };
  }
}

const plainLine = /^[\x20-\x7e]+\r\n$/;

const isAbort = (line: string | undefined): boolean => line !== undefined && /^ABOR$/i.test(withoutSynch(line));

// One line of the client, without its end, read as a command.

/** A line that is no command. The session goes on: vsftpd and ProFTPD both answer 500 to it. */
export interface MalformedLine {
  /** For the text of the 500 reply; never shows the line, which may be a mistyped PASS. */
  readonly reason: string;
}

/**
 * What an abort leaves before the command when TCP delivers its urgent byte apart: BSD ftp sends IAC IP IAC with the last
 * byte urgent, lftp IAC IP IAC DM likewise, so that the line is `DM ABOR` or `IAC ABOR` (RFC 959 section 4.1.3, Telnet Synch).
 */
const synchLeftovers = /^[\xf0-\xff]+/;

/** `line` with the leftovers of a Telnet Synch taken off. */
export function withoutSynch(line: string): string {
  return line.replace(synchLeftovers, "");
}

/**
 * Doubled when every run of 0xFF has even length. One odd run shows a client that does not double, so that all of its
 * 0xFF stand for themselves; either way, writing the text in the same spelling gives the same bytes.
 */
function iacSpelling(text: string): IacSpelling {
  const runs = text.match(/\xff+/g);
  if (runs === null) return "none";
  return runs.every((run) => run.length % 2 === 0) ? "doubled" : "bare";
}

/**
 * Reads a line in which 0xFF stands as it was sent. A leading space is an error as in vsftpd and ProFTPD; the argument is
 * what follows the first space, further and trailing spaces being part of it (RFC 959 section 5.3).
 */
export function parseCommandLine(line: string): Command | MalformedLine {
  const space = line.indexOf(" ");
  const verb = space === -1 ? line : line.slice(0, space);
  if (space === 0) return { reason: "A command starts at the beginning of the line, without a space before it." };
  if (!isVerb(verb)) return { reason: "The command word has characters that are not printable ASCII." };
  const name = verb.toUpperCase();
  if (space === -1) return { verb: name, argument: undefined, iac: "none" };
  const raw = line.slice(space + 1);
  const iac = iacSpelling(raw);
  return {
    verb: name,
    argument: wrapArgument(name, iac === "doubled" ? raw.replaceAll("\xff\xff", "\xff") : raw),
    iac,
  };
}

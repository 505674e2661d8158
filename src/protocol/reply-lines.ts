// Lines of a server become replies (RFC 959 section 4.2). Strict first; what servers do beside it is borne where it can be.
import { SallyportError } from "./error.ts";
import { noReply, otherProtocol } from "./foreign-protocol.ts";
import { limits } from "./limits.ts";
import type { Reply } from "./reply.ts";

export type ReplyEvent =
  | { readonly type: "reply"; readonly reply: Reply }
  /** A line that belongs to no reply: a banner before 220, news behind 230. Nobody needs it; for the trace. */
  | { readonly type: "skipped"; readonly line: string }
  /** The server broke the protocol (`FTP_PROTOCOL_REMOTE`) or a limit (`LIMIT_REPLY`). The last event. */
  | { readonly type: "failure"; readonly error: SallyportError };

/** A multi-line reply that has not ended. */
interface OpenReply {
  readonly code: string;
  readonly lines: string[];
  bytes: number;
}

const replyLine = /^([1-6]\d\d)(?:([ -])|$)/;

/** Replies of several lines. A server that forgets the hyphen in the first (`211 Features:`) repeats the code in the last. */
const codesOfLists: ReadonlySet<string> = new Set(["211", "212", "214", "220", "230"]);

export class ReplyLines {
  #open: OpenReply | undefined;
  /** Of the last reply, where it had one line. */
  #lastCode = "";
  /** Lines since the last reply that are no replies: how many, and the first. */
  #skippedCount = 0;
  #skippedFirst: string | undefined;

  /** The events of one line without its end. */
  receive(line: string): ReplyEvent[] {
    if (this.#open !== undefined) return this.#innerLine(this.#open, line);
    return line === "" ? [] : this.#firstLine(line);
  }

  /** The first line since the last reply that was not part of one. */
  get skippedLine(): string | undefined {
    return this.#skippedFirst;
  }

  /** The last line ends the open reply, if servers are right that end it with another code (glftpd: `553-`, then `150 `). */
  get isDoubtful(): boolean {
    return this.#open !== undefined && isLast(this.#open.lines.at(-1) ?? "");
  }

  /** Nothing has followed for a moment: what looks like the end of a reply is one. */
  settle(): ReplyEvent[] {
    const lines = this.isDoubtful ? (this.#open?.lines ?? []) : [];
    if (lines.length > 0) this.#open = undefined;
    return lines.flatMap((line) =>
      this.#open !== undefined && isLast(line) ? this.#end(this.#open, line) : this.receive(line),
    );
  }

  #end(open: OpenReply, line: string): ReplyEvent[] {
    this.#open = undefined;
    return [{ type: "reply", reply: mended([...open.lines, line]) }];
  }

  forget(): void {
    this.#open = undefined;
  }

  #firstLine(line: string): ReplyEvent[] {
    const match = replyLine.exec(line);
    const code = match?.[1];
    if (code === undefined || this.#endsList(code, match?.[2])) return this.#skip(line);
    this.#skippedCount = 0;
    this.#skippedFirst = undefined;
    this.#lastCode = "";
    if (match?.[2] === "-") {
      this.#open = { code, lines: [line], bytes: line.length + 2 };
      return [];
    }
    this.#lastCode = code;
    return [{ type: "reply", reply: { code: Number(code), lines: [line] } }];
  }

  #endsList(code: string, separator: string | undefined): boolean {
    if (separator === "-" || code !== this.#lastCode || this.#skippedCount === 0) return false;
    this.#lastCode = "";
    return codesOfLists.has(code);
  }

  #skip(line: string): ReplyEvent[] {
    const foreign = otherProtocol(line);
    if (foreign !== undefined) return [{ type: "failure", error: foreign }];
    this.#skippedCount += 1;
    this.#skippedFirst ??= line;
    if (this.#skippedCount > limits.skippedLinesMax) return [{ type: "failure", error: noReply(this.#skippedFirst) }];
    return [{ type: "skipped", line }];
  }

  /** Only the same code and a space end it; whatever else stands between is text. */
  #innerLine(open: OpenReply, line: string): ReplyEvent[] {
    open.bytes += line.length + 2;
    open.lines.push(line);
    if (open.bytes > limits.replyBytesMax) {
      const message = `the server sent a reply of more than ${limits.replyBytesMax} bytes`;
      return [{ type: "failure", error: new SallyportError("LIMIT_REPLY", message) }];
    }
    if (line !== open.code && !line.startsWith(`${open.code} `)) return [];
    this.#open = undefined;
    return [{ type: "reply", reply: { code: Number(open.code), lines: open.lines } }];
  }
}

function isLast(line: string): boolean {
  const match = replyLine.exec(line);
  return match !== null && match[2] !== "-";
}

/** As the server should have sent it: whoever reads it next waits for the code of the first line. */
function mended(lines: readonly string[]): Reply {
  const first = lines[0]?.slice(0, 3) ?? "";
  const code = lines.at(-1)?.slice(0, 3) ?? "";
  const spelled = lines.map((line) => (line.startsWith(`${first}-`) ? `${code}${line.slice(3)}` : line));
  return { code: Number(code), lines: spelled };
}

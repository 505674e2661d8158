// One FTP reply (RFC 959 section 4.2), and how it is written.
import { localFault } from "./fault.ts";
import { bytesFromLatin1, narrowToLatin1 } from "./latin1.ts";

/** A reply of an FTP server. */
export interface Reply {
  /** 100 to 699; 6yz are the protected replies of RFC 2228. */
  readonly code: number;
  /** Latin1 strings without line ends, as they stood on the wire. `lines[0]` starts with the code. */
  readonly lines: readonly string[];
}

/** Control characters would end the line or move the reader's cursor. */
function safeText(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  const escaped = (character: string): string => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  return narrowToLatin1(text.replace(/[\0-\x08\x0a-\x1f\x7f]/g, escaped));
}

/** RFC 959 section 4.2: an inner line that starts with digits is indented, so that nobody takes it for the last. */
const innerLine = (text: string): string => (/^\d/.test(text) ? ` ${text}` : text);

/**
 * A reply of our own. Several texts make a multi-line reply. Control characters are escaped and characters above U+00FF
 * written as UTF-8, so that an error message can be passed on as it is.
 * @throws SallyportError `FTP_PROTOCOL_LOCAL` for a code outside 100 to 699.
 */
export function makeReply(code: number, text: string | readonly string[]): Reply {
  if (!Number.isInteger(code) || code < 100 || code > 699) throw localFault(`${code} is not an FTP reply code`);
  const texts = (typeof text === "string" ? [text] : text).map(safeText);
  const last = `${code} ${texts.at(-1) ?? ""}`;
  if (texts.length < 2) return { code, lines: [last] };
  return { code, lines: [`${code}-${texts[0]}`, ...texts.slice(1, -1).map(innerLine), last] };
}

/** The bytes of a reply, CRLF after every line. Throws as {@link wireText} does. */
export function formatReply(reply: Reply): Uint8Array {
  return bytesFromLatin1(wireText(reply));
}

/**
 * The same as a latin1 string.
 * @throws SallyportError `FTP_PROTOCOL_LOCAL` when a line would end early: CR, LF, NUL or a character that is no byte.
 */
export function wireText(reply: Reply): string {
  for (const line of reply.lines) {
    if (/[\0\r\n\u0100-\uffff]/.test(line)) throw localFault(`a line of reply ${reply.code} cannot be written`);
  }
  return `${reply.lines.join("\r\n")}\r\n`;
}

/** The first line's text without the code. */
export function replyText(reply: Reply): string {
  return reply.lines[0]?.slice(4) ?? "";
}

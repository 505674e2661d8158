// Text from the wire, made fit for a terminal, a log or an error message.
import { isLatin1 } from "./latin1.ts";

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

/** UTF-8 where the bytes are valid UTF-8 (RFC 2640), else `undefined`. The pure layer has no TextDecoder. */
export function decodeUtf8(text: string): string | undefined {
  if (!isLatin1(text)) return text;
  try {
    return decodeURIComponent(text.replace(/[%\u0080-\u00ff]/g, (c) => `%${hex(c.charCodeAt(0), 2)}`));
  } catch {
    return undefined;
  }
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  // A byte of a name that is no UTF-8, as `decodeName` keeps it.
  const value = code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : code;
  return value <= 0xff ? `\\x${hex(value, 2)}` : `\\u{${hex(value, 4)}}`;
}

/** What nearly everything is. */
const plain = /^[\x20-\x7e]*$/;

/**
 * A latin1 string to show to people: valid UTF-8 is decoded; control, formatting and other invisible characters (terminal
 * escapes, bidirectional overrides) and stray bytes become `\xNN` or `\u{NNNN}`. What is longer than `charactersMax` is
 * cut and ends in `...`.
 */
export function printable(text: string, charactersMax: number = Number.POSITIVE_INFINITY): string {
  if (text.length <= charactersMax && plain.test(text)) return text;
  const decoded = decodeUtf8(text);
  const escaped = (decoded ?? text).replace(
    decoded === undefined ? /[^\x20-\x7e]/gu : /[\p{C}\p{Zl}\p{Zp}]/gu,
    escapeCharacter,
  );
  const characters = Array.from(escaped);
  return characters.length <= charactersMax ? escaped : `${characters.slice(0, charactersMax).join("")}...`;
}

// Text that may have come from elsewhere, made safe to show: a terminal must not obey it.
// For bytes off the wire (latin1 strings) there is `printable` in src/protocol.
import { ownEntry } from "../protocol/own-entry.ts";

const short: Readonly<Record<string, string>> = { "\r": "\\r", "\n": "\\n", "\t": "\\t" };

// Control and formatting characters, lone surrogates, unassigned ones; line and paragraph separators.
const unsafe = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Control characters become `\r`, `\x1b`, `\u{202e}`; everything else stays. */
export function escapeText(text: string): string {
  return text.replace(unsafe, (character) => {
    const point = character.codePointAt(0) ?? 0;
    // A byte of a name that is no UTF-8, as `decodeName` keeps it.
    const code = point >= 0xdc80 && point <= 0xdcff ? point - 0xdc00 : point;
    const hex = code.toString(16).padStart(2, "0");
    return ownEntry(short, character) ?? (code < 0x100 ? `\\x${hex}` : `\\u{${hex}}`);
  });
}

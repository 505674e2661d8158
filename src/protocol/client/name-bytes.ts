// File names as people write them, and as the bytes of the wire (one latin1 character per byte).
import { SallyportError } from "../error.ts";
import { printable } from "../printable.ts";

/** How a server writes names: UTF-8 (RFC 2640), or one byte for each character. */
export type NameEncoding = "utf8" | "latin1";

/**
 * A byte that is not part of valid UTF-8 becomes U+DC80 to U+DCFF, as in Python's surrogateescape: what cannot be read can
 * still be named.
 */
const escapeBase = 0xdc00;

const sequence = /[\0-\x7f]+|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|[\s\S]/g;

/** From the wire. */
export function decodeName(bytes: string, encoding: NameEncoding): string {
  if (encoding === "latin1" || !/[\x80-\xff]/.test(bytes)) return bytes;
  return bytes.replace(sequence, (part) => (part.charCodeAt(0) < 0x80 ? part : decodeSequence(part)));
}

function decodeSequence(part: string): string {
  try {
    const escaped = part.replace(/[\s\S]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
    return decodeURIComponent(escaped);
  } catch {
    return part.replace(/[\s\S]/g, (byte) => String.fromCharCode(escapeBase + byte.charCodeAt(0)));
  }
}

/**
 * For the wire.
 * @throws SallyportError `FS_NAME_INVALID` for CR, LF and NUL, which would make two commands of one (RFC 959 section 5.3), and
 * for characters that the encoding has not.
 */
export function encodeName(name: string, encoding: NameEncoding): string {
  if (isPlain.test(name)) return name;
  const bytes = encoding === "latin1" ? name.replace(/[\udc80-\udcff]/g, escapedByte) : encodeUtf8(name);
  if (/[\r\n\0]/.test(bytes)) {
    throw invalid(name, "a line end or a NUL cannot be in the name of a file for FTP", "Rename the file.");
  }
  if (/[^\0-\xff]/.test(bytes)) {
    throw invalid(
      name,
      "it has characters that are not in the server's character set",
      "Use the encoding utf8 (leave --encoding out).",
    );
  }
  return bytes;
}

/** The same in every encoding. */
const isPlain = /^[ -~]*$/;

const escapedByte = (character: string): string => String.fromCharCode(character.charCodeAt(0) - escapeBase);

function encodeUtf8(name: string): string {
  return name.replace(/[\udc80-\udcff]|[^\0-\x7f]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) return escapedByte(character);
    // A lone surrogate is no character; the check above refuses it.
    if (code >= 0xd800 && code <= 0xdfff) return character;
    return encodeURIComponent(character).replace(/%(..)/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  });
}

function invalid(name: string, why: string, hint: string): SallyportError {
  return new SallyportError("FS_NAME_INVALID", `"${printable(name, 80)}": ${why}`, { hint });
}

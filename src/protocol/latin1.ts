// Latin1 strings: one character per byte, so that any byte passes unharmed whatever character set a server thinks it is in.

/** `String.fromCharCode` takes its characters as arguments, whose number engines limit. */
const CHARACTERS_AT_ONCE = 4096;

/** One character (U+0000 to U+00FF) per byte. */
export function latin1FromBytes(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += CHARACTERS_AT_ONCE) {
    // Not spread: that asks an iterator for each byte, forty times the work.
    text += String.fromCharCode.apply(
      undefined,
      bytes.subarray(start, start + CHARACTERS_AT_ONCE) as unknown as number[],
    );
  }
  return text;
}

/** One byte per character. The caller has made sure that no character is above U+00FF. */
export function bytesFromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** A character above U+00FF would be cut to its low byte, and U+010A cut to its low byte is a line feed. */
export function isLatin1(text: string): boolean {
  return !/[^\u0000-\u00ff]/.test(text);
}

/** Writes the characters above U+00FF as UTF-8 (RFC 2640 section 2.2), one character per byte; the others stay. */
export function narrowToLatin1(text: string): string {
  return text.replace(/[^\u0000-\u00ff]+/gu, (wide) =>
    encodeURIComponent(wide.replace(/\p{Surrogate}/gu, "\ufffd")).replace(/%(..)/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
  );
}

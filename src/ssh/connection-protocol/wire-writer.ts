// Writes the data types of RFC 4251 section 5.

/** UTF-8, as RFC 4251 section 5 wants its text. Half a surrogate pair becomes U+FFFD. The pure layer has no TextEncoder. */
export function utf8Bytes(text: string): Uint8Array {
  const escaped = encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));
  const bytes: number[] = [];
  for (let at = 0; at < escaped.length; at += 1) {
    const isEscape = escaped[at] === "%";
    bytes.push(isEscape ? Number.parseInt(escaped.slice(at + 1, at + 3), 16) : escaped.charCodeAt(at));
    if (isEscape) at += 2;
  }
  return Uint8Array.from(bytes);
}

/** For messages of some dozen bytes. Channel data does not come through here. */
export class WireWriter {
  readonly #bytes: number[] = [];

  byte(value: number): this {
    this.#bytes.push(value & 0xff);
    return this;
  }

  boolean(value: boolean): this {
    return this.byte(value ? 1 : 0);
  }

  uint32(value: number): this {
    this.#bytes.push((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
    return this;
  }

  string(value: string | Uint8Array): this {
    const bytes = typeof value === "string" ? utf8Bytes(value) : value;
    return this.uint32(bytes.length).raw(bytes);
  }

  raw(bytes: Uint8Array): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  /** What was written, with its length before it. */
  packet(): Uint8Array {
    const length = new WireWriter().uint32(this.#bytes.length);
    return Uint8Array.from([...length.#bytes, ...this.#bytes]);
  }

  /** What was written. */
  payload(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

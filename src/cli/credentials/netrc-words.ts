// The words of a .netrc. Its two dialects agree within quotes; without them we read backslash and comma as curl does, as
// themselves, since people paste passwords.
import { ownEntry } from "../../protocol/own-entry.ts";

export interface NetrcWord {
  readonly text: string;
  readonly quoted: boolean;
  /** From 1. */
  readonly line: number;
  /** Index behind it. */
  readonly end: number;
}

const shape = /[^ \t\r\n]+/y;
const blanks = /[ \t\r\n]*/y;

/** curl's escapes within quotes; any other character behind a backslash stands for itself, as everywhere. */
const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** Walks through the text once. */
export class NetrcWords {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next word; `undefined` at the end. A quote that is not closed takes all that is left, which no entry survives. */
  next(): NetrcWord | undefined {
    this.#pass(blanks);
    if (this.#at === this.#text.length) return undefined;
    const line = this.#line;
    const quoted = this.#text[this.#at] === '"';
    const text = quoted ? this.#takeQuoted() : this.#pass(shape);
    return { text, quoted, line, end: this.#at };
  }

  /** What is left of a comment's line. */
  skipLine(): void {
    this.#pass(/[^\n]*/y);
  }

  /** A macro: everything up to an empty line. */
  skipMacro(): void {
    this.#pass(/[\s\S]*?(?:\n[ \t\r]*\n|$)/y);
  }

  #pass(what: RegExp): string {
    what.lastIndex = this.#at;
    const text = what.exec(this.#text)?.[0] ?? "";
    this.#advance(text.length);
    return text;
  }

  #takeQuoted(): string {
    let text = "";
    let at = this.#at + 1;
    for (; at < this.#text.length && this.#text[at] !== '"'; at += 1) {
      const character = this.#text.charAt(at);
      if (character !== "\\") text += character;
      else {
        at += 1;
        const escaped = this.#text.charAt(at);
        text += ownEntry(escapes, escaped) ?? escaped;
      }
    }
    this.#advance(at + 1 - this.#at);
    return text;
  }

  #advance(count: number): void {
    const end = Math.min(this.#at + count, this.#text.length);
    for (; this.#at < end; this.#at += 1) if (this.#text[this.#at] === "\n") this.#line += 1;
  }
}

// ~/.netrc: who to log in as, by the name of the host.
import { SallyportError } from "./error.ts";
import { sameHost } from "./ip-address.ts";
import { limits } from "./limits.ts";
import { ownEntry } from "./own-entry.ts";
import { Secret } from "./secret.ts";

export interface NetrcEntry {
  /** Absent for `default`, which fits any host. */
  readonly machine?: string;
  readonly login?: string;
  readonly password?: Secret;
  readonly account?: Secret;
}

/** What a keyword's value does to the entry that it stands in. */
const fields: Readonly<Record<string, (value: string) => Omit<NetrcEntry, "machine">>> = {
  login: (login) => ({ login }),
  user: (login) => ({ login }),
  password: (text) => ({ password: new Secret(text) }),
  passwd: (text) => ({ password: new Secret(text) }),
  account: (text) => ({ account: new Secret(text) }),
};

/**
 * The entries in their order. `#` begins a comment where a keyword could stand, so a password may begin with it; macros
 * (`macdef`) are skipped.
 * @throws SallyportError `CONFIG_INVALID` with the number of the line for what cannot be understood, and for more than
 * `netrcBytesMax`.
 */
export function parseNetrc(text: string, file: string): NetrcEntry[] {
  if (text.length > limits.netrcBytesMax) {
    throw new SallyportError("CONFIG_INVALID", `${file} is larger than ${limits.netrcBytesMax} bytes`);
  }
  const words = new NetrcWords(text);
  const entries: NetrcEntry[] = [];
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word.text.startsWith("#") && !word.quoted) words.skipLine();
    else if (word.text === "machine") entries.push({ machine: valueBehind(word, words, file) });
    else if (word.text === "default") entries.push({});
    else if (word.text === "macdef") {
      valueBehind(word, words, file);
      words.skipMacro();
    } else addField(entries, word, words, file);
  }
  return entries;
}

function addField(entries: NetrcEntry[], word: NetrcWord, words: NetrcWords, file: string): void {
  const field = ownEntry(fields, word.text);
  if (field === undefined) throw wrong(file, word, "an unknown keyword");
  const value = valueBehind(word, words, file);
  const entry = entries.pop();
  if (entry === undefined) throw wrong(file, word, `${word.text} before any machine`);
  entries.push({ ...entry, ...field(value) });
}

function valueBehind(keyword: NetrcWord, words: NetrcWords, file: string): string {
  const value = words.next();
  if (value === undefined) throw wrong(file, keyword, `${keyword.text} without a value`);
  // They would make two commands of one (RFC 959 section 5.3).
  if (/[\r\n\0]/.test(value.text)) throw wrong(file, value, `a value of ${keyword.text} with a line end or NUL in it`);
  return value.text;
}

function wrong(file: string, { line }: NetrcWord, what: string): SallyportError {
  return new SallyportError("CONFIG_INVALID", `${file}, line ${line}: ${what}`, {
    hint: 'An entry is: machine HOST login USER password PASSWORD; a value with spaces stands in "quotes".',
  });
}

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
class NetrcWords {
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

/**
 * The first entry for the host, or `default`, as ftp(1) and curl have it. With `user` given only an entry of that user fits,
 * or one without a user; an entry without a user and none given fits for its password alone.
 */
export function findLogin(entries: readonly NetrcEntry[], host: string, user?: string): NetrcEntry | undefined {
  return entries.find(
    ({ machine, login }) =>
      (machine === undefined || sameHost(machine, host)) &&
      (user === undefined || login === undefined || login === user),
  );
}

// A typed line as words, as ftp(1) of BSD has it: quotes anywhere in a word, a backslash before any character.
import { usageError } from "../text/usage-error.ts";

export interface Word {
  readonly text: string;
  /** The same for globbing: a quoted `*` has a backslash before it. */
  readonly pattern: string;
}

/** What is under the cursor at the end of a line, for completion. */
export interface OpenWord {
  /** The words before it. */
  readonly before: readonly string[];
  readonly text: string;
  /** Where it begins in the line, with its quote. */
  readonly start: number;
  /** It stands in quotes that are not closed. */
  readonly quoted: boolean;
}

const meta = /[*?[\]{}~\\]/;

/** Throws `USAGE_INVALID` for a quote that is not closed or a backslash at the end. */
export function splitLine(line: string): Word[] {
  const splitter = new Splitter(line);
  if (splitter.quoted) throw usageError("a quote is not closed", 'Write " once more, or \\" for the character itself.');
  if (splitter.escaping)
    throw usageError("the backslash at the end escapes nothing", "Write \\\\ for the character itself.");
  return splitter.words;
}

/** Never throws: half a line is what one completes. */
export function openWord(line: string): OpenWord {
  const splitter = new Splitter(line);
  const isOpen = splitter.quoted || splitter.escaping || (line !== "" && !splitter.ended);
  const words = splitter.words.map(({ text }) => text);
  if (!isOpen) return { before: words, text: "", start: line.length, quoted: false };
  return { before: words.slice(0, -1), text: words.at(-1) ?? "", start: splitter.start, quoted: splitter.quoted };
}

/** A name as a word of a line; the counterpart of {@link splitLine}. */
export function quoteWord(text: string, quoted = false): string {
  if (quoted) return `"${text.replace(/["\\]/g, "\\$&")}`;
  return text.replace(/[ \t"\\*?[\]{}~|>]/g, "\\$&");
}

/** One pass over the line, which ends in whatever state it ends. */
class Splitter {
  readonly words: Word[] = [];
  quoted = false;
  escaping = false;
  /** Behind the last character is no word. */
  ended = true;
  /** Of the last word. */
  start = 0;

  constructor(line: string) {
    for (let index = 0; index < line.length; index += 1) this.#take(line.charAt(index), index);
  }

  #take(character: string, index: number): void {
    if (this.escaping) {
      this.escaping = false;
      this.#add(character, true, index);
    } else if (character === "\\") {
      this.#add("", false, index);
      this.escaping = true;
    } else if (character === '"') {
      this.#add("", false, index);
      this.quoted = !this.quoted;
    } else if (!this.quoted && (character === " " || character === "\t")) this.ended = true;
    else this.#add(character, this.quoted, index);
  }

  #add(character: string, literal: boolean, index: number): void {
    if (this.ended) this.start = index;
    const word = this.ended ? { text: "", pattern: "" } : (this.words.pop() ?? { text: "", pattern: "" });
    this.ended = false;
    const escaped = literal && meta.test(character) ? `\\${character}` : character;
    this.words.push({ text: word.text + character, pattern: word.pattern + escaped });
  }
}

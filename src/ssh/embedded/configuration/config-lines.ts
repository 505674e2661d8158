// One line of an ssh_config(5) file as a keyword and its arguments.

export interface ConfigLine {
  /** In lower case. */
  readonly keyword: string;
  readonly args: readonly string[];
  /** Everything after the keyword, for commands. */
  readonly rest: string;
  readonly number: number;
}

/** `undefined` for empty lines and comments. Throws for what ssh would not accept either; the message is the reason. */
export function parseConfigLine(text: string, number: number): ConfigLine | undefined {
  const line = text.trim();
  if (line === "" || line.startsWith("#")) return undefined;
  const [, keyword = "", rest = ""] = /^("[^"]*"|[^\s=]+)(?:\s*=\s*|\s+)?(.*)$/.exec(line) ?? [];
  return { keyword: keyword.replace(/"/g, "").toLowerCase(), args: splitArguments(rest), rest, number };
}

/** Words: quotes keep blanks, a backslash keeps a quote, a backslash or a blank, `#` at a word's start begins a comment. */
function splitArguments(text: string): string[] {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(text[at] ?? "")) at++;
    if (at >= text.length || text[at] === "#") return words;
    const { word, end } = takeWord(text, at);
    words.push(word);
    at = end;
  }
}

function takeWord(text: string, start: number): { readonly word: string; readonly end: number } {
  let word = "";
  let quote = "";
  let at = start;
  for (; at < text.length; at++) {
    const character = text[at] ?? "";
    const next = text[at + 1] ?? "";
    if (character === "\\" && next !== "" && (`"'\\`.includes(next) || (quote === "" && next === " "))) {
      word += next;
      at++;
    } else if (quote !== "") {
      if (character === quote) quote = "";
      else word += character;
    } else if (character === '"' || character === "'") quote = character;
    else if (/\s/.test(character)) break;
    else word += character;
  }
  if (quote !== "") throw new Error("a quote is not closed");
  return { word, end: at };
}

// `*`, `?`, `[a-z]`, `{a,b}` and `~` as the C shell has them, for names here and at the server.
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { matchesPattern } from "../protocol/listing/glob.ts";

export interface GlobSource {
  /** What a leading `~` means; absent: nothing special. */
  readonly home?: string;
  /** Names in a directory; `""` is the current one. None when it is not a directory. */
  readonly list: (directory: string) => Promise<readonly string[]>;
}

/** True when one of these characters has no backslash before it. */
export function isGlob(pattern: string): boolean {
  return /[*?[{]/.test(withoutEscaped(pattern)) || pattern.startsWith("~");
}

/**
 * The names that a pattern means, in alphabetical order for each of its `{}`; a pattern without `*`, `?` and `[` means itself,
 * whether it exists or not. A name that begins with a dot must be asked for with a dot.
 * @throws SallyportError `USAGE_INVALID` for more than `globWordsMax` alternatives, and what `list` throws.
 */
export async function expandGlob(pattern: string, io: GlobSource): Promise<string[]> {
  const found: string[] = [];
  for (const word of expandBraces(expandHome(pattern, io.home))) found.push(...(await expandPath(word, io)));
  return [...new Set(found)];
}

function expandHome(pattern: string, home: string | undefined): string {
  if (home === undefined || !/^~(?:\/|$)/.test(pattern)) return pattern;
  return home.replace(/[*?[\]{}~\\]/g, "\\$&") + pattern.slice(1);
}

/** `a{b,c{d,e}}` is `ab`, `acd`, `ace`. `{}` and a brace without its partner stand for themselves. */
export function expandBraces(pattern: string): string[] {
  const waiting = [pattern];
  const done: string[] = [];
  for (let word = waiting.pop(); word !== undefined; word = waiting.pop()) {
    const alternatives = firstBraces(word);
    if (alternatives === undefined) done.push(word);
    else waiting.push(...alternatives.reverse());
    if (waiting.length + done.length > limits.globWordsMax) throw tooMany();
  }
  return done;
}

function tooMany(): SallyportError {
  return new SallyportError("USAGE_INVALID", `the braces expand to more than ${limits.globWordsMax} words`, {
    hint: "Write fewer alternatives in one word.",
  });
}

/** True when `*`, `?` or `[` is in it without a backslash before it. */
export function hasWildcard(part: string): boolean {
  return /[*?[]/.test(withoutEscaped(part));
}

/** The word once for each alternative of its first pair of braces that has something in it. */
function firstBraces(word: string): string[] | undefined {
  for (let open = nextPlain(word, "{", 0); open !== -1; open = nextPlain(word, "{", open + 1)) {
    const marks = marksOf(word, open);
    const close = marks?.at(-1);
    if (marks === undefined || close === undefined || close === open + 1) continue;
    return marks.map((mark, index) => {
      const from = (marks[index - 1] ?? open) + 1;
      return word.slice(0, open) + word.slice(from, mark) + word.slice(close + 1);
    });
  }
  return undefined;
}

/** Where the commas of this pair of braces are, and last its end; `undefined` when it has none. */
function marksOf(word: string, open: number): number[] | undefined {
  const marks: number[] = [];
  let depth = 0;
  for (let index = open + 1; index < word.length; index += 1) {
    const character = word.charAt(index);
    if (character === "\\") index += 1;
    else if (character === "{") depth += 1;
    else if (character === "," && depth === 0) marks.push(index);
    else if (character === "}" && depth === 0) return [...marks, index];
    else if (character === "}") depth -= 1;
  }
  return undefined;
}

function nextPlain(word: string, wanted: string, from: number): number {
  for (let index = from; index < word.length; index += 1) {
    if (word.charAt(index) === "\\") index += 1;
    else if (word.charAt(index) === wanted) return index;
  }
  return -1;
}

/** Directory by directory, listing only where there is a pattern. */
async function expandPath(word: string, io: GlobSource): Promise<string[]> {
  const root = /^\/*/.exec(word)?.[0] ?? "";
  let paths = [root];
  for (const part of word.slice(root.length).split("/")) {
    const isPattern = hasWildcard(part);
    const next: string[] = [];
    for (const path of paths) {
      if (!isPattern) next.push(join(path, unescaped(part)));
      else next.push(...(await matching(path, part, io)).map((name) => join(path, name)));
    }
    paths = next;
  }
  return paths;
}

async function matching(directory: string, part: string, io: GlobSource): Promise<string[]> {
  return (await io.list(directory)).filter(nameFilter(part)).sort();
}

/** Whether a name fits one part of a pattern, between two `/`. */
export function nameFilter(part: string): (name: string) => boolean {
  const pattern = withClasses(part);
  return (name) => (part.startsWith(".") || !name.startsWith(".")) && matchesPattern(pattern, name);
}

function join(path: string, name: string): string {
  return path === "" || path.endsWith("/") ? path + name : `${path}/${name}`;
}

const withoutEscaped = (text: string): string => text.replace(/\\[\s\S]/g, "");
/** Without the backslashes of quoted characters. */
export const unescaped = (text: string): string => text.replace(/\\([\s\S])/g, "$1");

/** matchesPattern knows no backslash: `\*` is `[*]` for it. */
function withClasses(part: string): string {
  return part.replace(/\\([\s\S])/g, (_, character: string) =>
    /[*?[]/.test(character) ? `[${character}]` : character,
  );
}

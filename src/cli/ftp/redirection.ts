// `ls > file` and `ls | more`: where a command's lines go, if not to the terminal.
import { usageError } from "../command-line/usage-error.ts";
import { splitLine } from "./split-line.ts";

export type Redirection =
  | { readonly to: "file"; readonly name: string; readonly append: boolean }
  /** A line for this machine's shell. */
  | { readonly to: "program"; readonly line: string };

/** What of a command's output may go elsewhere: the lines of `ls`, or the file of `get FILE |more`, as with ftp(1). */
export type Redirectable = "lines" | "file";

/**
 * The line without its redirection. What stands in quotes or behind a backslash is none. With `file` it is a `|` at the beginning
 * of a word and nothing else: names may have all these characters in them.
 * @throws SallyportError `USAGE_INVALID`
 */
export function takeRedirection(line: string, what: Redirectable): readonly [string, Redirection | undefined] {
  const at = operatorAt(line, what);
  if (at === -1) return [line, undefined];
  const before = line.slice(0, at);
  if (line.charAt(at) === "|") {
    const program = line.slice(at + 1).trim();
    if (program === "") throw usageError("a program is needed after the |", "For example ls | more.");
    return [before, { to: "program", line: program }];
  }
  const append = line.startsWith(">>", at);
  const [name, ...others] = splitLine(line.slice(at + (append ? 2 : 1)));
  if (name === undefined || name.text === "" || others.length > 0) {
    throw usageError("one file name is needed after the >", "For example ls > list.txt.");
  }
  return [before, { to: "file", name: name.text, append }];
}

function operatorAt(line: string, what: Redirectable): number {
  let quoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (character === "\\") index += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && isOperator(character, line.charAt(index - 1), what)) return index;
  }
  return -1;
}

function isOperator(character: string, before: string, what: Redirectable): boolean {
  if (what === "lines") return character === "|" || character === ">";
  return character === "|" && /[ \t]/.test(before);
}

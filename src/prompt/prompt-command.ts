// A command of the prompt: a row of a table.
import { ownEntry } from "../protocol/own-entry.ts";
import type { Redirectable } from "./redirection.ts";
import type { Shell } from "./shell.ts";
import type { Word } from "./split-line.ts";

/** What is completed in the place of a word. */
export type Completed = "remote" | "local" | "command" | "nothing";

export interface PromptCommand {
  readonly name: string;
  readonly aliases: readonly string[];
  /** What stands behind the name. */
  readonly usage: string;
  readonly help: string;
  /** Fewest and most arguments behind the name. */
  readonly args: readonly [number, number];
  /** One for each word; the last for all further ones. None: nothing. */
  readonly completes: readonly Completed[];
  /** What of its output `>` and `|` may send elsewhere. Undefined: then they are letters. */
  readonly redirects: Redirectable | undefined;
  readonly run: (shell: Shell, words: readonly Word[]) => Promise<void> | void;
}

/** Is given the words as they are meant, and with what is quoted in them. */
type Run = (shell: Shell, texts: readonly string[], words: readonly Word[]) => Promise<void> | void;

/** What stands for a name of the server, or of this machine. */
const completedAs: Readonly<Record<string, Completed>> = {
  ...{ DIRECTORY: "remote", FILE: "remote", FROM: "remote", TO: "remote", PATTERN: "remote", REMOTE: "remote" },
  LOCAL: "local",
};

/** `line`: its name with others that it has, and what stands behind it, as help shows it: `get|recv FILE [LOCAL]`. */
export function command(line: string, help: string, run: Run): PromptCommand {
  const [names = "", ...usage] = line.split(" ");
  const [name = "", ...aliases] = names.split("|");
  // `[USER@]HOST` has to be given, `[LOCAL]` has not.
  const needed = usage.filter((word) => !/^\[[^\]]*\]*$/.test(word));
  return {
    name,
    aliases,
    usage: usage.join(" "),
    help,
    args: [needed.length, line.includes("...") ? Number.POSITIVE_INFINITY : usage.length],
    completes: usage.map((word) => ownEntry(completedAs, word.replace(/[^A-Z]/g, "")) ?? "nothing"),
    redirects: undefined,
    run: (shell, words) => run(shell, textsOf(words), words),
  };
}

const textsOf = (words: readonly Word[]): readonly string[] => words.map(({ text }) => text);

/** One whose lines may go to a file or a program. */
export function showing(line: string, help: string, run: Run): PromptCommand {
  return { ...command(line, help, run), redirects: "lines" };
}

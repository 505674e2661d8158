// All commands of the prompt, and how a typed word finds one.

import { escapeText } from "../text/escape-text.ts";
import { usageError } from "../text/usage-error.ts";
import { fileCommands } from "./file-commands.ts";
import { listCommands } from "./list-commands.ts";
import { command, type PromptCommand, showing } from "./prompt-command.ts";
import { takeRedirection } from "./redirection.ts";
import { localCommands, sessionCommands } from "./session-commands.ts";
import { settingCommands } from "./setting-commands.ts";
import type { Shell } from "./shell.ts";
import { splitLine, type Word } from "./split-line.ts";
import { sendBetween, transferCommands } from "./transfer-commands.ts";

const help: PromptCommand = {
  ...showing("help|? [COMMAND]", "show the commands, or what one does", (shell, [name]) =>
    name === undefined ? showAll(shell) : showOne(shell, findCommand(name)),
  ),
  completes: ["command"],
};

const explainLast = showing(
  "explain",
  "say more about the last error: why it happens, and in which scenario",
  async (shell) => {
    const { lastError } = shell;
    if (lastError === undefined) return shell.print("Nothing has failed.");
    const { explain } = await import("../protocol/findings/explain-error.ts");
    for (const line of [lastError.message, ...explain(lastError)]) shell.print(escapeText(line));
  },
);

const proxy: PromptCommand = {
  ...command(
    "proxy COMMAND [WORDS...]",
    "do it at a second server; get and put: between the two servers",
    (shell, _, words) => runProxy(shell, words),
  ),
  completes: ["command", "nothing"],
};

/** In the order of help. */
export const promptCommands: readonly PromptCommand[] = [
  ...sessionCommands,
  ...listCommands,
  ...fileCommands,
  ...transferCommands,
  ...localCommands,
  proxy,
  ...settingCommands,
  explainLast,
  help,
];

const namesOf = ({ name, aliases }: PromptCommand): readonly string[] => [name, ...aliases];

export const commandNames: readonly string[] = promptCommands
  .flatMap(namesOf)
  .filter((name) => name !== "?")
  .sort();

/**
 * By its whole name, or by a beginning that only one command has.
 * @throws SallyportError `USAGE_INVALID`
 */
export function findCommand(word: string): PromptCommand {
  const typed = word.toLowerCase();
  const exact = promptCommands.find((command) => namesOf(command).includes(typed));
  if (exact !== undefined) return exact;
  const near = promptCommands.filter((command) => namesOf(command).some((name) => name.startsWith(typed)));
  const [only, ...others] = near;
  if (only === undefined) throw usageError(`unknown command "${escapeText(word)}"`, "help shows all commands.");
  if (others.length === 0) return only;
  const names = near.map((command) => namesOf(command).find((name) => name.startsWith(typed))).join(", ");
  throw usageError(`"${escapeText(word)}" may be ${names}`, "Write more letters of it.");
}

/** One line that was typed, with what `>` and `|` in it mean. Throws `USAGE_INVALID` and what the command throws. */
export async function runCommandLine(shell: Shell, line: string): Promise<void> {
  const what = redirectable(line);
  const [text, redirection] = what === undefined ? [line, undefined] : takeRedirection(line, what);
  const words = splitLine(text);
  if (redirection === undefined) return await runWords(shell, words);
  const output: Word = { text: "-", pattern: "-" };
  await shell.redirect(redirection, () => runWords(shell, what === "file" ? [...words, output] : words));
}

/** By the command at its beginning, or behind `proxy`. */
function redirectable(line: string): PromptCommand["redirects"] {
  const [, word = "", rest = ""] = /^[ \t]*([a-z?]+)(.*)$/is.exec(line) ?? [];
  if (word === "") return undefined;
  try {
    const command = findCommand(word);
    return command === proxy ? redirectable(rest) : command.redirects;
  } catch {
    return undefined; // reported when it is run
  }
}

/** Throws `USAGE_INVALID` for too few or too many arguments. */
async function runWords(shell: Shell, [first, ...words]: readonly Word[]): Promise<void> {
  if (first === undefined) return;
  const command = findCommand(first.text);
  const [fewest, most] = command.args;
  if (words.length < fewest || words.length > most) {
    throw usageError(`${command.name} with ${words.length} words behind it`, `Write ${usageOf(command)}.`);
  }
  await command.run(shell, words);
}

/** `get` sends from the first server to the second, `put` back, as in BSD's ftp. */
async function runProxy(shell: Shell, words: readonly Word[]): Promise<void> {
  const [command, from, to = from] = words;
  const name = findCommand(command?.text ?? "").name;
  if ((name !== "get" && name !== "put") || from === undefined || to === undefined) {
    return await shell.atSecond(() => runWords(shell, words));
  }
  const [first, second] = [shell.client(), await shell.atSecond(() => shell.client())];
  const [source, destination] = name === "get" ? [first, second] : [second, first];
  await sendBetween(shell, source, destination, from.text, to.text);
}

const usageOf = ({ name, usage }: PromptCommand): string => `${name} ${usage}`.trim();

function showOne(shell: Shell, command: PromptCommand): void {
  shell.print(usageOf(command));
  const others = command.aliases.filter((alias) => alias !== "?");
  shell.print(`  ${command.help}${others.length === 0 ? "" : ` (also ${others.join(", ")})`}`);
}

function showAll(shell: Shell): void {
  const width = Math.max(...promptCommands.map((command) => usageOf(command).length)) + 2;
  for (const command of promptCommands) shell.print(usageOf(command).padEnd(width) + command.help);
  shell.print(`${"! [COMMAND]".padEnd(width)}run a command of this machine's shell`);
  shell.print("Behind a command that shows lines: > FILE, >> FILE or | COMMAND of this machine.");
  shell.print("A command may be written as a beginning of its name that no other has.");
}

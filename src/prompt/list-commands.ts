// Commands of the prompt that list: `ls -la`, `ls *.txt`, `ls sub list.txt`.
import { decodeName } from "../protocol/client/name-bytes.ts";
import { printable } from "../protocol/printable.ts";
import { escapeText } from "../text/escape-text.ts";
import { usageError } from "../text/usage-error.ts";
import { expandBraces, expandGlob, hasWildcard, isGlob, nameFilter, unescaped } from "../transfer/glob.ts";
import { asking, confirmed, listed, noMatch } from "./many-files.ts";
import { type PromptCommand, showing } from "./prompt-command.ts";
import type { Redirection } from "./redirection.ts";
import type { Shell } from "./shell.ts";
import type { Word } from "./split-line.ts";

type Show = (shell: Shell, options: string, path: Word | undefined) => Promise<void>;

const usage = "[-OPTIONS] [PATTERN [LOCAL]]";

function row(name: string, help: string, show: Show): PromptCommand {
  const all = showing(`${name} ${usage}`, help, (shell, _, words) => list(shell, name, words, show));
  // Any number of options may come first.
  return { ...all, args: [0, Number.POSITIVE_INFINITY], completes: ["remote"] };
}

export const listCommands: readonly PromptCommand[] = [
  row("ls", "list a directory, as the server writes it; options such as -la are the server's", showLines),
  row("dir", "the same as ls", showLines),
  row("nlist", "list names only", showNames),
];

/** Words that begin with a dash are options, up to `--`. A second name is a file here, or a |COMMAND, as with ftp(1). */
async function list(shell: Shell, command: string, words: readonly Word[], show: Show): Promise<void> {
  const behind = words.findIndex(({ text }) => !/^-./s.test(text) || text === "--");
  const options = behind === -1 ? words : words.slice(0, behind);
  const names = words.slice(options.length).filter(({ text }, index) => index > 0 || text !== "--");
  const [path, local, ...others] = names;
  if (others.length > 0) throw usageError(`${command} with ${names.length} names`, `Write ${command} ${usage}.`);
  const run = (): Promise<void> => show(shell, joined(options), path);
  if (local === undefined || local.text === "-") return await run();
  const to: Redirection = local.text.startsWith("|")
    ? { to: "program", line: local.text.slice(1) }
    : { to: "file", name: local.text, append: false };
  await asking(shell, async () => {
    if (to.to === "program" || (await confirmed(shell, "output to", local.text))) await shell.redirect(to, run);
  });
}

/** As one word where that is the same: vsftpd takes the second for a name. */
function joined(options: readonly Word[]): string {
  const texts = options.map(({ text }) => text);
  if (texts.every((text) => /^-[A-Za-z0-9]+$/.test(text)) && texts.length > 0) {
    return `-${texts.map((text) => text.slice(1)).join("")}`;
  }
  return texts.join(" ");
}

async function showLines(shell: Shell, options: string, path: Word | undefined): Promise<void> {
  const client = shell.client();
  const { signal } = shell;
  if (path === undefined || !shell.settings.glob || !isGlob(path.pattern)) {
    return show(shell, await client.listText(path?.text, { signal, options }));
  }
  const places = await placesOf(shell, path.pattern);
  let lines = 0;
  for (const [directory, filters] of places) {
    signal.throwIfAborted();
    const only: NameFilter = (name) => filters.some((fits) => fits(name));
    const found = await client.listText(directory === "" ? undefined : directory, { signal, options, only });
    if (found.length > 0 && places.size > 1) shell.print(`${escapeText(directory === "" ? "." : directory)}:`);
    show(shell, found);
    lines += found.length;
  }
  if (lines === 0) throw noMatch(path.text);
}

function show(shell: Shell, lines: readonly string[]): void {
  const { encoding } = shell.settings;
  for (const line of lines) shell.print(encoding === "utf8" ? printable(line) : escapeText(decodeName(line, encoding)));
}

type NameFilter = (name: string) => boolean;

/** Which directories a pattern looks into, and for what: not every server understands patterns itself. */
async function placesOf(shell: Shell, pattern: string): Promise<ReadonlyMap<string, readonly NameFilter[]>> {
  const places = new Map<string, NameFilter[]>();
  const add = (directory: string, only: NameFilter): void => {
    places.set(directory, [...(places.get(directory) ?? []), only]);
  };
  for (const word of expandBraces(pattern)) {
    const [, above = "", last = ""] = /^((?:.*\/)?)([^/]*)$/s.exec(word) ?? [];
    if (!hasWildcard(word)) add(unescaped(word), () => true);
    else
      for (const directory of await directoriesOf(shell, above))
        add(directory, last === "" ? () => true : nameFilter(last));
  }
  return places;
}

async function directoriesOf(shell: Shell, above: string): Promise<readonly string[]> {
  const path = above.length > 1 ? above.replace(/\/$/, "") : above;
  if (!hasWildcard(path)) return [unescaped(path)];
  const directories = new Set<string>();
  const client = shell.client();
  const found = await expandGlob(path, { list: (directory) => listed(shell, client, directory, directories) });
  return found.filter((name) => directories.has(name));
}

async function showNames(shell: Shell, options: string, path: Word | undefined): Promise<void> {
  const client = shell.client();
  const isPattern = path !== undefined && options === "" && shell.settings.glob && isGlob(path.pattern);
  const names = isPattern
    ? await expandGlob(path.pattern, { list: (directory) => listed(shell, client, directory) })
    : await client.names(path?.text, { signal: shell.signal, options });
  if (isPattern && names.length === 0) throw noMatch(path.text);
  for (const name of names) shell.print(escapeText(name));
}

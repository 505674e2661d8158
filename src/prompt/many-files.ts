// mget, mput and mdelete: from patterns to names, and a question before each.
import type { FtpClient } from "../client/ftp-client.ts";
import { SallyportError } from "../protocol/error.ts";
import { printable } from "../protocol/printable.ts";
import { escapeText } from "../text/escape-text.ts";
import { expandGlob, isGlob } from "../transfer/glob.ts";
import type { Shell } from "./shell.ts";
import type { Word } from "./split-line.ts";

/** Calls back for each file at the server that the arguments mean, one after the other. Directories are left out. */
export async function eachOf(
  shell: Shell,
  command: string,
  words: readonly Word[],
  work: (name: string) => Promise<void>,
): Promise<void> {
  await asking(shell, async () => {
    for (const name of await remoteNames(shell, words)) {
      shell.signal.throwIfAborted();
      if (await confirmed(shell, command, name)) await work(name);
    }
  });
}

/** The answers `a` and `q` are for this command alone. */
export async function asking(shell: Shell, work: () => Promise<void>): Promise<void> {
  const { confirm } = shell.settings;
  try {
    await work();
  } catch (error) {
    if (error !== noMore) throw error;
  } finally {
    shell.settings.confirm = confirm;
  }
}

async function remoteNames(shell: Shell, words: readonly Word[]): Promise<readonly string[]> {
  const client = shell.client();
  if (!shell.settings.glob) return words.map(({ text }) => text);
  const directories = new Set<string>();
  const names: string[] = [];
  for (const { text, pattern } of words) {
    const found = isGlob(pattern)
      ? await expandGlob(pattern, { list: (directory) => listed(shell, client, directory, directories) })
      : [text];
    if (found.length === 0) throw noMatch(text);
    names.push(...found.filter((name) => !directories.has(name)));
  }
  return [...new Set(names)];
}

/** The names in a directory; paths of those that are directories are added to `directories`. */
export async function listed(
  shell: Shell,
  client: FtpClient,
  directory: string,
  directories: Set<string> = new Set(),
): Promise<readonly string[]> {
  const { entries, unread } = await client.list(directory === "" ? undefined : directory, { signal: shell.signal });
  for (const { text } of unread) shell.print(`not understood in the listing, and left out: "${printable(text, 200)}"`);
  for (const { name, type } of entries) {
    if (type === "directory")
      directories.add(directory === "" || directory.endsWith("/") ? directory + name : `${directory}/${name}`);
  }
  return entries.map(({ name }) => name);
}

export function noMatch(pattern: string): SallyportError {
  return new SallyportError("FS_NOT_FOUND", `nothing matches "${escapeText(pattern)}"`, {
    hint: "A pattern in double quotes, or after `glob off`, is taken as it is.",
  });
}

/** Thrown by `q`: no more of them. */
const noMore = new Error("no more of them");

/** yes (or just Enter), no, all of the rest, quit. Where nobody can be asked it is yes. */
export async function confirmed(shell: Shell, command: string, name: string): Promise<boolean> {
  if (!shell.settings.confirm) return true;
  for (;;) {
    const answer = await shell.ask(`${command} ${escapeText(name)} [y/n/a/q]? `, false);
    const letter = answer?.trim().toLowerCase().slice(0, 1);
    if (letter === undefined || letter === "" || letter === "y") return true;
    if (letter === "n") return false;
    if (letter === "q") throw noMore;
    if (letter === "a") {
      shell.settings.confirm = false;
      return true;
    }
  }
}

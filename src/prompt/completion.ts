// What the Tab key offers: commands, files here, files at the server.
import { readdir } from "node:fs/promises";
import type { FtpClient } from "../client/ftp-client.ts";
import type { Complete } from "./line-source.ts";
import { localPath } from "./local-path.ts";
import type { Completed } from "./prompt-command.ts";
import { commandNames, findCommand } from "./prompt-commands.ts";
import type { Settings } from "./shell.ts";
import { type OpenWord, openWord, quoteWord } from "./split-line.ts";

export interface CompletionSource {
  readonly settings: Settings;
  readonly client: () => FtpClient | undefined;
}

interface Candidate {
  readonly name: string;
  readonly directory: boolean;
}

/** A name that cannot be read from a terminal is not offered. */
const readable = (name: string): boolean => !/[\p{C}\p{Zl}\p{Zp}]/u.test(name);

export function makeComplete(io: CompletionSource): Complete {
  return async (line) => {
    const word = openWord(line);
    const found = await candidates(io, word);
    const slash = word.text.lastIndexOf("/") + 1;
    const [path, beginning] = [word.text.slice(0, slash), word.text.slice(slash)];
    const offers = found
      .filter(({ name }) => name.startsWith(beginning) && readable(name))
      .filter(({ name }) => beginning !== "" || !name.startsWith("."))
      .map(({ name, directory }) => quoteWord(path + name, word.quoted) + endOf(directory, word))
      .sort();
    return [offers, line.slice(word.start)];
  };
}

/** One can go on behind a directory; anything else is complete. */
function endOf(directory: boolean, { quoted }: OpenWord): string {
  if (directory) return "/";
  return quoted ? '" ' : " ";
}

async function candidates(io: CompletionSource, { before, text }: OpenWord): Promise<readonly Candidate[]> {
  const what = completedAt(before);
  const directory = text.slice(0, text.lastIndexOf("/") + 1);
  if (what === "command") return commandNames.map((name) => ({ name, directory: false }));
  if (what === "local") return await localCandidates(io.settings, directory);
  if (what === "remote") return await remoteCandidates(io.client(), directory);
  return [];
}

function completedAt([command, ...words]: readonly string[]): Completed {
  if (command === undefined) return "command";
  try {
    const { completes, redirects } = findCommand(command);
    if (redirects === "lines" && /^>>?$/.test(words.at(-1) ?? "")) return "local";
    return completes[words.length] ?? completes.at(-1) ?? "nothing";
  } catch {
    return "nothing";
  }
}

async function localCandidates(settings: Settings, directory: string): Promise<readonly Candidate[]> {
  const entries = await readdir(localPath(settings, directory || "."), { withFileTypes: true });
  return entries.map((entry) => ({ name: entry.name, directory: entry.isDirectory() }));
}

async function remoteCandidates(client: FtpClient | undefined, directory: string): Promise<readonly Candidate[]> {
  if (client === undefined) return [];
  const { entries } = await client.list(directory === "" ? undefined : directory);
  return entries.map(({ name, type }) => ({ name, directory: type === "directory" }));
}

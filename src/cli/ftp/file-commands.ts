// Commands of the prompt about files at the server, without their content.
import type { HashName } from "../../client/checksum.ts";
import { SallyportError } from "../../protocol/error.ts";
import { usageError } from "../command-line/usage-error.ts";
import { escapeText } from "../report/escape-text.ts";
import { eachOf } from "./many-files.ts";
import type { PromptCommand } from "./shell.ts";
import type { Word } from "./split-line.ts";

type Run = PromptCommand["run"];

function row(name: string, usage: string, help: string, args: readonly [number, number], run: Run): PromptCommand {
  return { name, usage, help, args, completes: ["remote"], run };
}

const first = (words: readonly Word[]): string => words[0]?.text ?? "";
const second = (words: readonly Word[]): string => words[1]?.text ?? "";

export const fileCommands: readonly PromptCommand[] = [
  row("cd", "DIRECTORY", "change the directory at the server", [1, 1], (shell, words) =>
    shell.client().cd(first(words), { signal: shell.signal }),
  ),
  row("cdup", "", "change to the directory above", [0, 0], (shell) =>
    shell.client().cd("..", { signal: shell.signal }),
  ),
  row("pwd", "", "show the directory at the server", [0, 0], async (shell) => {
    const path = await shell.client().pwd({ signal: shell.signal });
    if (!shell.settings.verbose) shell.print(escapeText(path));
  }),
  row("mkdir", "DIRECTORY", "make a directory", [1, 1], async (shell, words) => {
    await shell.client().mkdir(first(words), { signal: shell.signal });
  }),
  row("rmdir", "DIRECTORY", "remove an empty directory", [1, 1], (shell, words) =>
    shell.client().rmdir(first(words), { signal: shell.signal }),
  ),
  row("delete", "FILE", "delete a file", [1, 1], (shell, words) =>
    shell.client().remove(first(words), { signal: shell.signal }),
  ),
  row("mdelete", "PATTERN...", "delete many files", [1, 1000], async (shell, words) => {
    const client = shell.client();
    await eachOf(shell, "mdelete", words, (name) => client.remove(name, { signal: shell.signal }));
  }),
  row("rename", "FROM TO", "give a file another name", [2, 2], (shell, words) =>
    shell.client().rename(first(words), second(words), { signal: shell.signal }),
  ),
  row("size", "FILE", "show how many bytes a file has", [1, 1], async (shell, words) => {
    const size = await shell.client().size(first(words), { signal: shell.signal });
    shell.print(`${escapeText(first(words))}\t${size}`);
  }),
  row("modtime", "FILE", "show when a file was changed", [1, 1], async (shell, words) => {
    const ms = await shell.client().modified(first(words), { signal: shell.signal });
    shell.print(`${escapeText(first(words))}\t${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`);
  }),
  {
    ...row("chmod", "MODE FILE", "set the permission bits of a file, in octal", [2, 2], async (shell, words) => {
      if (!/^[0-7]{3,4}$/.test(first(words)))
        throw usageError(`"${first(words)}" is no mode`, "For example chmod 644 FILE.");
      await shell.client().chmod(second(words), Number.parseInt(first(words), 8), { signal: shell.signal });
    }),
    completes: ["nothing", "remote"],
  },
];

const names: readonly HashName[] = ["SHA-512", "SHA-256", "SHA-1", "MD5", "CRC32"];

export const checksumCommand: PromptCommand = {
  name: "checksum",
  usage: "FILE [ALGORITHM]",
  help: "show a file's checksum as the server has it (SHA-256, or another)",
  args: [1, 2],
  completes: ["remote", "nothing"],
  redirects: "lines",
  run: async (shell, [file, algorithm]) => {
    const client = shell.client();
    const path = file?.text ?? "";
    const name = algorithm === undefined ? usual(client.hashes) : parseName(algorithm.text);
    const digest = await client.hash(path, name, { signal: shell.signal });
    shell.print(`${name.replace("-", "")} (${escapeText(path)}) = ${digest}`);
  },
};

/** What most have a program for, else the strongest. */
function usual(offered: readonly HashName[]): HashName {
  const name = offered.includes("SHA-256") ? "SHA-256" : offered[0];
  if (name !== undefined) return name;
  throw new SallyportError("NET_UNSUPPORTED", "the server offers no checksums", {
    hint: "size shows its length; download it to compare more.",
  });
}

function parseName(text: string): HashName {
  const plain = (name: string): string => name.replace("-", "").toUpperCase();
  const found = names.find((name) => plain(name) === plain(text));
  if (found === undefined) throw usageError(`there is no checksum "${escapeText(text)}"`, `Write ${names.join(", ")}.`);
  return found;
}

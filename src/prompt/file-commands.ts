// Commands of the prompt about files at the server, without their content.

import type { CallOptions } from "../client/ftp-client.ts";
import { SallyportError } from "../protocol/error.ts";
import type { HashName } from "../protocol/hashes.ts";
import { escapeText } from "../text/escape-text.ts";
import { usageError } from "../text/usage-error.ts";
import { eachOf } from "./many-files.ts";
import { command, type PromptCommand, showing } from "./prompt-command.ts";
import type { Shell } from "./shell.ts";

const until = ({ signal }: Shell): CallOptions => ({ signal });

export const fileCommands: readonly PromptCommand[] = [
  command("cd DIRECTORY", "change the directory at the server", (shell, [directory = ""]) =>
    shell.client().cd(directory, until(shell)),
  ),
  command("cdup", "change to the directory above", (shell) => shell.client().cd("..", until(shell))),
  command("pwd", "show the directory at the server", async (shell) => {
    const path = await shell.client().pwd(until(shell));
    if (!shell.settings.verbose) shell.print(escapeText(path));
  }),
  command("mkdir DIRECTORY", "make a directory", async (shell, [directory = ""]) => {
    await shell.client().mkdir(directory, until(shell));
  }),
  command("rmdir DIRECTORY", "remove an empty directory", (shell, [directory = ""]) =>
    shell.client().rmdir(directory, until(shell)),
  ),
  command("delete FILE", "delete a file", (shell, [file = ""]) => shell.client().remove(file, until(shell))),
  command("mdelete PATTERN...", "delete many files", async (shell, _, words) => {
    const client = shell.client();
    await eachOf(shell, "mdelete", words, (name) => client.remove(name, until(shell)));
  }),
  command("rename FROM TO", "give a file another name", (shell, [from = "", to = ""]) =>
    shell.client().rename(from, to, until(shell)),
  ),
  command("size FILE", "show how many bytes a file has", async (shell, [file = ""]) => {
    shell.print(`${escapeText(file)}\t${await shell.client().size(file, until(shell))}`);
  }),
  command("modtime FILE", "show when a file was changed", async (shell, [file = ""]) => {
    const ms = await shell.client().modified(file, until(shell));
    shell.print(`${escapeText(file)}\t${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`);
  }),
  command("chmod MODE FILE", "set the permission bits of a file, in octal", async (shell, [mode = "", file = ""]) => {
    if (!/^[0-7]{3,4}$/.test(mode)) throw usageError(`"${mode}" is no mode`, "For example chmod 644 FILE.");
    await shell.client().chmod(file, Number.parseInt(mode, 8), until(shell));
  }),
  showing(
    "checksum FILE [ALGORITHM]",
    "show a file's checksum as the server has it (SHA-256, or another)",
    async (shell, [file = "", algorithm]) => {
      const client = shell.client();
      const name = algorithm === undefined ? usual(client.hashes) : parseName(algorithm);
      const digest = await client.hash(file, name, until(shell));
      shell.print(`${name.replace("-", "")} (${escapeText(file)}) = ${digest}`);
    },
  ),
];

const names: readonly HashName[] = ["SHA-512", "SHA-256", "SHA-1", "MD5", "CRC32"];

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

// docs/reference/ftp-prompt.md is made from the tables of the client.
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { spelling } from "../../../src/cli/command-line/option-table.ts";
import { ftpOptions } from "../../../src/cli/ftp/ftp-command.ts";
import { promptCommands } from "../../../src/prompt/prompt-commands.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|");

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}

function page(): string {
  const options = ftpOptions.rows.map((row) => [`\`${spelling(row.flags)}\``, row.help]);
  const commands = promptCommands.map(({ name, usage, help, aliases }) => [
    `\`${`${name} ${usage}`.trim()}\``,
    help,
    aliases.map((alias) => `\`${alias}\``).join(", "),
  ]);
  return `# The FTP client's prompt

\`sallyport ftp [options] [[user@]host [port]]\`, or with a URL, \`sallyport ftp ftp://user@host/directory\`. This page is made
from \`src/prompt\` and \`src/cli/ftp\`.

${table(["option", "what it does"], options)}
## Commands

A command may be written as a beginning of its name that no other has. Words are separated by blanks; a word with blanks stands
in double quotes, or has a backslash before each. \`*\`, \`?\`, \`[a-z]\`, \`{a,b}\` in the words of \`ls\`, \`mget\`, \`mput\` and
\`mdelete\` mean what they mean in a shell, and so does \`~\` in names of this machine; in quotes they stand for themselves.

\`> FILE\`, \`>> FILE\` and \`| COMMAND\` behind \`ls\`, \`dir\`, \`nlist\`, \`checksum\`, \`status\`, \`features\`, \`system\`, \`explain\` and \`help\` send
their lines to a file or a program of this machine, and \`get FILE | COMMAND\` the file. Options of \`ls\`, such as \`-la\` or \`-t\`, go to
the server with LIST, and mean what it takes them for; a name that begins with a dash is written \`./-name\`.

${table(["command", "what it does", "also"], commands)}| \`! [COMMAND]\` | run a command of this machine's shell |  |

## User and password

From the command line, else from \`~/.netrc\` (or the file that \`NETRC\` names), else they are asked for. A \`.netrc\` that others may
read is refused: \`chmod 600 ~/.netrc\`. Values with blanks stand in double quotes there, with \`\\"\` and \`\\\\\` for these characters;
\`#\` begins a comment where a keyword could stand.

## Downloads

A file is \`NAME.sallyport-part\` until it is whole, as with [\`sallyport get\`](../guides/client.md#what-breaks-and-what-is-left). What a
Ctrl-C leaves is that part, and \`reget\` continues it. A file that is whole already is left alone by \`reget\` and \`reput\`, which say so.

## On a terminal

Tab completes commands, files here and files at the server. Ctrl-C ends the command that runs, a transfer with ABOR, and not the
program; at the prompt it drops the line. A password is never shown and not kept in the history.

## In scripts

Commands may come from a pipe: \`sallyport ftp host < commands\`. Then nothing is asked, replies are not shown without \`-d\`, and the
first command that fails ends the program with its exit status: 1, or 2 for an unknown command. A \`-\` before a command lets
its failure pass, as with \`sftp -b\`. Lines that begin with \`#\` are comments.
`;
}

test("docs/reference/ftp-prompt.md is what the tables say", async () => {
  const path = fileURLToPath(new URL("../../../docs/reference/ftp-prompt.md", import.meta.url));
  await expect(page(), "write it again with: npx vitest run test/cli/ftp/reference-page -u").toMatchFileSnapshot(path);
});

// The reference pages that are made from the source.
import { type CommandRow, commandTable } from "../../src/protocol/command-table.ts";
import { limitReference } from "../../src/protocol/limits.ts";
import { replyMeanings, servedCommands, sharedReplies } from "../../src/protocol/server/served-commands.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|");

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}

export function limitsPage(): string {
  const rows = Object.entries(limitReference).map(([name, limit]) => [
    `\`${name}\``,
    String(limit.value),
    limit.unit,
    limit.why,
  ]);
  return `# Limits

Everything that can grow has a limit, and so has every wait. What passes a limit of the FTP conversation ends in an error whose
code begins with \`LIMIT_\`. This page is made from \`src/protocol/limits.ts\`.

${table(["limit", "value", "unit", "what it bounds, and why so much"], rows)}`;
}

const tunnelDoes: Readonly<Record<CommandRow["relay"], string>> = {
  pass: "passes it on",
  answer: "answers it itself",
  refuse: "refuses it",
  transfer: "carries the data",
};

const argumentWords: Readonly<Record<CommandRow["argument"], string>> = {
  none: "",
  optional: "optional",
  required: "required",
};

const groupWords: Readonly<Record<string, string>> = { path: "*path*", data: "*data*" };

function serverDoes(verb: string): string {
  const row = servedCommands.get(verb);
  if (row === undefined) return "not offered";
  return [...row.replies, ...row.groups.map((group) => groupWords[group])].join(", ");
}

export function commandsPage(): string {
  const rows = commandTable.map((row) => [
    `\`${row.verb}\``,
    argumentWords[row.argument],
    row.help,
    tunnelDoes[row.relay] + (row.duringTransfer ? ", during a transfer too" : ""),
    serverDoes(row.verb),
    row.rfc,
  ]);
  const meanings = Object.entries(replyMeanings);
  return `# FTP commands

What the tunnel (\`sallyport -L\`) and the server (\`sallyport serve\`) do with each FTP command. A command that is not in this
table is passed on by the tunnel, and its reply too; the server answers it with 500. This page is made from
\`src/protocol/command-table.ts\` and \`src/protocol/server/served-commands.ts\`.

For the server, the replies are listed that the command may get. *path* stands for ${sharedReplies.path.join(", ")}, *data* for
${sharedReplies.data.join(", ")}; and any command may be answered with ${sharedReplies.any.join(", ")}.

${table(["command", "argument", "what it is", "the tunnel", "the server", "defined in"], rows)}
## Replies of the server

${table(
  ["reply", "what it means here"],
  meanings.map(([code, meaning]) => [code, meaning]),
)}`;
}

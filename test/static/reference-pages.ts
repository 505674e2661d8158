// The reference pages that are made from the source.
import { type CommandRow, commandTable } from "../../src/protocol/command-table.ts";
import { limitReference } from "../../src/protocol/limits.ts";

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

export function commandsPage(): string {
  const rows = commandTable.map((row) => [
    `\`${row.verb}\``,
    argumentWords[row.argument],
    row.help,
    tunnelDoes[row.relay] + (row.duringTransfer ? ", during a transfer too" : ""),
    row.rfc,
  ]);
  return `# FTP commands

What the tunnel does with each FTP command. A command that is not in this table is passed on, and its reply too. This page is
made from \`src/protocol/command-table.ts\`.

${table(["command", "argument", "what it is", "the tunnel", "defined in"], rows)}`;
}

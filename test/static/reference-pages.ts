// The reference pages that are made from the source.

import { reportSchema } from "../../src/doctor/report-schema.ts";
import { differences } from "../../src/lab/real/differences.ts";
import { type FtpServerKind, settings } from "../../src/lab/real/programs/ftp-servers.ts";
import { neededPrograms, specialPrograms } from "../../src/lab/real/programs/needed.ts";
import { describeOutcome, variantsOf } from "../../src/lab/run-scenario.ts";
import { scenarios } from "../../src/lab/scenarios.ts";
import { type CommandRow, commandTable } from "../../src/protocol/command-table.ts";
import type { FindingRow } from "../../src/protocol/findings/finding.ts";
import { type FindingId, findingRows } from "../../src/protocol/findings/findings.ts";
import { limitTables } from "../../src/protocol/limits.ts";
import { completion } from "../../src/protocol/relay/completion.ts";
import type { Transitions } from "../../src/protocol/relay/transfer-states.ts";
import { dataStates, downstreamStates, upstreamStates } from "../../src/protocol/relay/transfer-states.ts";
import { replyMeanings, servedCommands, sharedReplies } from "../../src/protocol/server/served-commands.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|");

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}

export function limitsPage(): string {
  const sections = Object.entries(limitTables).map(([title, limits]) => {
    const rows = Object.entries(limits).map(([name, { value, unit, why }]) => [
      `\`${name}\``,
      String(value),
      unit,
      why,
    ]);
    return `## ${title}\n\n${table(["limit", "value", "unit", "what it bounds, and why so much"], rows)}`;
  });
  return `# Limits

Everything that can grow has a limit, and so has every wait. What passes a limit of the FTP conversation ends in an error whose
code begins with \`LIMIT_\`. This page is made from the tables in \`src/protocol/limits/\`.

${sections.join("\n")}`;
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

/** Values that settings of FTP servers need, whatever they are. */
const anyPlan = { passivePorts: { first: 50_000, last: 50_009 } };

export function realNetworkPage(): string {
  const variants = scenarios.flatMap(variantsOf);
  const programs = [...neededPrograms, ...Object.values(specialPrograms)];
  const kinds = Object.keys(settings) as FtpServerKind[];
  return `# The lab on a real network

\`sallyport lab run --real\` plays the scenarios with real programs: each host and router is a network namespace, each wire a
bridge, NAT and packet filters are nftables, the FTP helper is nf_conntrack_ftp and nf_nat_ftp. Every connection in the figure
was read from the wires with tcpdump. It needs Linux and root. Nothing is left afterwards, whatever happens: all namespaces,
mounts, files and programs belong to one process, and the kernel ends them with it.

\`npm run test:lab\` plays all scenarios that way and compares them with the simulated ones. This page is made from
\`src/lab/real\`.

## Where the two come out differently

${table(
  ["scenario", "simulated", "real", "why"],
  differences.map(({ variant, outcomes, why }) => [
    variant,
    variants
      .filter(({ name }) => name === variant)
      .map(({ run }) => describeOutcome(run.expected))
      .join(),
    outcomes.map(describeOutcome).join("; or: "),
    why,
  ]),
)}
What else is not the same: the real network has no delays; a connection that is dropped is given up after two seconds instead
of two minutes (\`net.ipv4.tcp_syn_retries=1\`); calls of a server's own system that fail without a packet are not seen.

## Which FTP server

vsftpd, and ProFTPD where a server has to know the default data ports. S18's SSH server, which shares ports, is that of
\`sallyport serve --ssh\`; all others are OpenSSH's.

${table(
  ["server", "what it does", "settings"],
  kinds.flatMap((kind) => settings[kind].map(({ title, lines }) => [kind, title, lines(anyPlan).join(", ")])),
)}
## Which programs

${table(
  ["program", "Debian's package"],
  programs.map(({ name, debianPackage }) => [name, debianPackage]),
)}`;
}

/** Mermaid takes no hyphen in the name of a state. */
const stateName = (state: string): string => state.replaceAll("-", "_");

function drawing(table: Transitions<string, string, string>): string {
  const states = Object.entries(table);
  const arrows = states.flatMap(([from, transitions]) =>
    Object.entries(transitions).flatMap(([event, transition]) =>
      transition === undefined
        ? []
        : [
            `  ${stateName(from)} --> ${stateName(transition.to)}: ${event}${transition.action === undefined ? "" : ` / ${transition.action}`}`,
          ],
    ),
  );
  const names = states.flatMap(([state]) =>
    state === stateName(state) ? [] : [`  state "${state}" as ${stateName(state)}`],
  );
  const begin = `  [*] --> ${stateName(states[0]?.[0] ?? "")}`;
  return `${["```mermaid", "stateDiagram-v2", ...names, begin, ...arrows, "```"].join("\n")}\n`;
}

export function transferStatesPage(): string {
  const rows = (direction: "download" | "upload"): string =>
    table(
      ["the data", "no final reply", "2yz", "4yz or 5yz"],
      Object.entries(completion[direction]).flatMap(([state, { none, good, bad }]) =>
        state === "idle" ? [] : [[state, none.join(", "), good.join(", "), bad.join(", ")]],
      ),
    );
  return `# The states of a transfer

What the tunnel's relay machine keeps of one transfer, \`DataTransfer\` in \`src/protocol/relay/data-transfer.ts\`, are three states:
of the data connection to the FTP server, of the one to the FTP client, and of the data. An arrow is labelled with the event and,
behind the slash, with what the gateway is then to do. An event that a state does not take changes nothing. This page is made from
\`transfer-states.ts\` and \`completion.ts\`.

## The data connection to the server

${drawing(upstreamStates)}
## The data connection to the client

${drawing(downstreamStates)}
## The data

${drawing(dataStates)}
## When it is over

Whenever the data or the server has come further, this is done. \`finish\` delivers end-of-file to the receiver, \`abort\` sends ABOR,
\`watch\` gives the other half a bounded time, \`pass\` gives the client the server's final reply, \`fail\` 426 instead. After \`pass\` and
\`fail\` the transfer is over.

### Download

${rows("download")}
### Upload

${rows("upload")}`;
}

export const doctorSchema = (): string => `${JSON.stringify(reportSchema, null, 2)}\n`;

export function findingsPage(): string {
  const sections = (Object.keys(findingRows) as FindingId[]).map((id) => {
    const { scenario, title, why, remedies, instead }: FindingRow = findingRows[id];
    const link = scenario === undefined ? "" : ` [${scenario}](../guides/scenarios.md) plays it.`;
    const lines = remedies.map(([at, what]) => `- ${at}: ${what}`);
    const command = instead === undefined ? [] : ["", `Or without any of it: \`${instead}\``];
    return [`## ${id}: ${title}`, "", `${why}${link}`, "", ...lines, ...command, ""].join("\n");
  });
  return `# The doctor's findings

What \`sallyport doctor\` can find, and what helps; [the guide](../guides/doctor.md) says how it looks. A number never changes its
meaning; D02 to D20 are the scenarios of the same number. \`FTP\` and \`SSH\` in a command stand for the hosts. This page is made from
\`src/protocol/findings/\`.

${sections.join("\n")}`;
}

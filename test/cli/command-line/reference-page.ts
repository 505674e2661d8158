// docs/reference/command-line.md, made from the option table.
import { bridgeOptions } from "../../../src/cli/bridge/bridge-options.ts";
import { toFtpOptions } from "../../../src/cli/bridge/to-ftp-options.ts";
import { commandWords } from "../../../src/cli/command-line/commands.ts";
import { type OptionGroup, type RowText, spelling } from "../../../src/cli/command-line/option-table.ts";
import { examples } from "../../../src/cli/command-line/tunnel-command.ts";
import { tunnelOptions } from "../../../src/cli/command-line/tunnel-options.ts";
import { demoOptions } from "../../../src/cli/demo/demo-command.ts";
import { doctorOptions } from "../../../src/cli/doctor/doctor-command.ts";
import { exitStatusReference, transferExitStatusReference } from "../../../src/cli/exit-status.ts";
import { labOptions } from "../../../src/cli/lab/lab-command.ts";
import { passwdOptions } from "../../../src/cli/serve/passwd-command.ts";
import { serveOptions } from "../../../src/cli/serve/serve-options.ts";
import { usageOf } from "../../../src/cli/transfer/transfer-command.ts";
import { transferOptions } from "../../../src/cli/transfer/transfer-options.ts";

/** The whole page as Markdown. */
export function referencePage(): string {
  return [
    "# The command line",
    "",
    "```",
    "sallyport [tunnel] [-L [BIND:]PORT:HOST:HOSTPORT]... [options] [USER@]HOST [-- COMMAND [ARGUMENTS]]",
    "```",
    "",
    intro,
    "",
    "```sh",
    ...examples.flatMap(([line, what]) => [`${line}   # ${what}`]),
    "```",
    "",
    ...tunnelOptions.filter(({ hidden }) => !hidden).flatMap(optionSection),
    "`-h`, `--help` and `-V`, `--version` print what they say and exit with 0.",
    "",
    ...tunnelOptions.filter(({ hidden }) => hidden).flatMap(optionSection),
    behaviour,
    "",
    "## sallyport serve",
    "",
    "```",
    "sallyport serve [DIR] [options]",
    "```",
    "",
    serving,
    "",
    ...optionRows(serveOptions.flatMap(({ rows }) => rows)),
    "",
    "## sallyport bridge",
    "",
    "```",
    "sallyport bridge [-L [BIND:]PORT] [options] [USER@]HOST[:PATH]",
    "```",
    "",
    bridging,
    "",
    ...optionRows(bridgeOptions.flatMap(({ rows }) => rows)),
    "",
    "### sallyport bridge --to-ftp",
    "",
    "```",
    "sallyport bridge --to-ftp [--listen [ADDRESS:]PORT] [options] [USER@]FTP-HOST[:PORT][/PATH]",
    "```",
    "",
    bridgingToFtp,
    "",
    ...optionRows(toFtpOptions.flatMap(({ rows }) => rows)),
    "",
    "## sallyport passwd",
    "",
    "```",
    "sallyport passwd NAME [FILE] [options]",
    "```",
    "",
    "Asks twice for a password, and writes the user's line with its scrypt hash to FILE, or to standard output without one.",
    "",
    ...optionRows(passwdOptions.flatMap(({ rows }) => rows)),
    "",
    "## sallyport demo",
    "",
    "```",
    "sallyport demo [options]",
    "```",
    "",
    "Shows FTP through SSH, mode by mode, on this machine alone; [the demo](../start/demo.md) says more.",
    "",
    ...optionRows(demoOptions.flatMap(({ rows }) => rows)),
    "",
    "## sallyport lab",
    "",
    "```",
    "sallyport lab",
    "sallyport lab run NUMBER... [options]",
    "```",
    "",
    "Lists the known failures of FTP through SSH, or plays them in a simulated network; [the lab](../guides/lab.md) says more.",
    "",
    ...optionRows(labOptions.flatMap(({ rows }) => rows)),
    "",
    "## sallyport doctor",
    "",
    "```",
    "sallyport doctor [options] [user@]ftp-host[:port]",
    "```",
    "",
    "Finds out why FTP fails from here, directly and through SSH; [the doctor](../guides/doctor.md) says more.",
    "",
    ...optionRows(doctorOptions.rows),
    "",
    "## sallyport explain",
    "",
    "```",
    "sallyport explain TEXT",
    "```",
    "",
    "Says what a line of an FTP client or server, of ssh or of sshd's log means, and what helps: `sallyport explain '425 Security: Bad IP connecting.'`,",
    "`sallyport explain D08`. The lines stand for [findings](findings.md).",
    "",
    "## Exit status",
    "",
    "| status | when |",
    "|---|---|",
    ...exitStatusReference.map(({ status, when }) => `| ${status} | ${when} |`),
    "",
    ...transferSection(),
  ].join("\n");
}

function transferSection(): readonly string[] {
  const rows = transferOptions.map((row) => {
    const more = row.more === undefined ? "" : ` ${row.more}`;
    const verbs = row.verbs === undefined ? "" : `, with ${row.verbs.join(", ")}`;
    return `| \`${cell(spelling(row.flags))}\` | ${cell(sentence(row.help + verbs) + more)} |`;
  });
  const statuses = transferExitStatusReference.map(({ status, when }) => `| ${status} | ${when} |`);
  const table = ["| option | meaning |", "|---|---|", ...rows, ""];
  const usage = ["```", ...Object.values(usageOf).map((usage) => `sallyport ${usage}`), "```", ""];
  return [
    "## get, put, ls, cp, rm, mkdir, mv",
    "",
    ...usage,
    transfers,
    "",
    ...table,
    "| status | when |",
    "|---|---|",
    ...statuses,
    "",
  ];
}

function optionSection<Values>({ title, rows }: OptionGroup<Values>): readonly string[] {
  return [`## ${title}`, "", ...optionRows(rows), ""];
}

function optionRows(table: readonly RowText[]): readonly string[] {
  const rows = table.map((row) => {
    const more = row.more === undefined ? "" : ` ${row.more}`;
    return `| \`${cell(spelling(row.flags))}\` | ${cell(sentence(row.help) + more)} |`;
  });
  return ["| option | meaning |", "|---|---|", ...rows];
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function sentence(text: string): string {
  // The program's name is written small, even at the beginning.
  return text.startsWith("ssh") ? `${text}.` : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const quoted = commandWords.map((word) => `\`${word}\``);
const hostNames = `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;

const intro = `The spelling is ssh's: options may stand together (\`-gfL2001:localhost:21\`), values may be attached (\`-p2222\`),
options may come before and after the host. The destination is \`[user@]host\` or \`ssh://[user@]host[:port]\`. A host that is
called ${hostNames} is written \`user@help\`, or behind the word \`tunnel\`. This page is
made from the tables of options in \`src/cli/\`.`;

const serving = `An FTP server. It serves DIR, or the current directory. It prints the address of each
listener, and listens on this machine only unless \`--listen\` says otherwise. With \`--json\` these lines are objects as below. A
password is never a word of the command line, where others could see it: \`--user\` asks for it, as the program asks all its
questions.`;

const bridging = `An FTP server whose files are on the SFTP server HOST; PATH is \`/\` for FTP clients. Without \`--user\`, \`--password-file\` and
\`--anonymous\`, FTP users log in with their own SSH names and passwords. [The guide](../guides/bridge.md) says more. The options of SSH are those
of the tunnel, the others those of \`serve\`.`;

const bridgingToFtp = `The other way round: an SSH server (SFTP, scp) whose files are on an FTP server, behind an SSH server (\`--via\`) or TLS if need be.`;

const transfers = `URLs are \`ftp://\` and \`ftps://\` (TLS from the first byte). The [guide](../guides/client.md) has examples. With \`--json\`
every line of standard output is an object with \`event\`:

| event | other fields |
|---|---|
| \`file\` | \`way\` (\`received\`, \`sent\`, \`copied\`), \`source\`, \`target\`, \`bytes\` that were moved, \`verified\` (\`size\`, a checksum, \`nothing\`), \`how\`, \`wasThere\`, \`milliseconds\` |
| \`entry\` | of \`ls\`: \`url\`, \`path\` below it, and what the server reports: \`type\`, \`size\`, \`modified\`, … |
| \`removed\`, \`made\`, \`renamed\` | of \`rm\`, \`mkdir\`, \`mv\`: \`url\`, and \`target\` of what was renamed |
| \`skipped\` | \`name\`, \`why\`: symbolic links and devices in a tree |
| \`note\` | \`text\` |
| \`error\` | \`name\`, \`code\` (see errors.md), \`message\`, \`exitStatus\`; \`hint\` and \`scenario\` where there is one, \`explanation\` with \`--explain\` |
| \`done\` | the end: \`files\`, \`bytes\`, \`failed\`, \`skipped\`, \`milliseconds\`; not when a server cannot be reached, nor after a signal |`;

const behaviour = `## Output

When the forwards are listening, each gives one line on standard output:

\`\`\`
ftp://127.0.0.1:2001 -> ftp-host:21 through user@ssh-host
\`\`\`

With \`-g\` it ends with what other machines can use: \`, from other machines ftp://192.0.2.7:2001\`. With \`--json\` every line is an
object with \`event\`:

| event | other fields |
|---|---|
| \`listening\` | \`url\`, \`host\`, \`port\`, \`target\`, \`through\`, \`transport\`; \`socket\` for a Unix socket; with \`-g\` \`openAt\` and \`openUrls\`; one per forward |
| \`ssh-lost\` | \`reason\`, \`retryInMs\` (absent: when a client comes) |
| \`ssh-connected\` | \`target\`, \`transport\`; after a loss |
| \`closed\` | none; the tunnel ended in order |
| \`error\` | \`code\` (see errors.md), \`message\`, \`hint\` where there is one, \`exitStatus\` |

Everything else goes to standard error: warnings, ssh's own words, the log, the trace. With a command after \`--\` standard
output belongs to the command, and the lines above go to standard error as well.

Standard error shows warnings and errors; with \`--log\` or \`-v\` also sessions, transfers (bytes and duration), refusals and
SSH's coming and going; with \`-q\` errors alone. Control characters that came over the network are escaped wherever they are shown.

## A command behind --

\`sallyport user@ssh-host -- command arguments\` runs the command on this machine once the tunnel is ready, and closes the tunnel
when it ends. Its environment has \`SALLYPORT_HOST\`, \`SALLYPORT_PORT\` and \`SALLYPORT_URL\`, with a Unix socket also \`SALLYPORT_SOCKET\`, for the first forward (\`SALLYPORT_URL_2\`
and so on for the others), and \`{host}\`, \`{port}\`, \`{url}\` in its words are replaced. Signals are passed on; Ctrl-C on a
terminal reaches the command by itself. Its exit status is Sallyport's: 128 and the signal's number where a signal ended it, 127 when there
is no such command, 126 when it cannot be run.

## Background

\`-f\` starts Sallyport a second time as its own child, in the same process group, so that ssh can still ask on the terminal. When
the child is ready the parent prints the ready lines and exits with 0; if the child fails first, the parent exits with its message and
status. From then on the child ignores SIGHUP, SIGINT and SIGQUIT, reads nothing, writes to the trace file only (and to standard
error where that is a regular file), and runs until SIGTERM. It stays in the terminal's session, as a program
started with \`&\` does. Windows has nothing that does this, and \`-f\` is refused there.

## Signals

SIGINT, SIGTERM and SIGHUP close the tunnel: no new sessions, running transfers may finish for up to 10 seconds. A second signal
closes at once. Before the tunnel is ready a signal ends Sallyport with 128 and the signal's number.

## Questions

With the \`openssh\` transport ssh asks its own questions. The embedded transport asks on the terminal, never on standard input, and
uses the program named by \`SSH_ASKPASS\` as ssh does: without a terminal where \`DISPLAY\` or \`WAYLAND_DISPLAY\` is set;
\`SSH_ASKPASS_REQUIRE\` may be \`never\`, \`prefer\` or \`force\`. Where nobody can be asked, a question is a refusal.`;

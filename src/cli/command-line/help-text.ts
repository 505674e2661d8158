// What --help prints, made from the option table.
import { describeRow } from "./describe-row.ts";
import { type OptionGroup, type OptionRow, spelling } from "./option-row.ts";
import { optionsOf } from "./option-table.ts";

/** The usage line, without the program's name. */
export const usageLine: string =
  "[tunnel] [-L [BIND:]PORT:HOST:HOSTPORT]... [options] [USER@]HOST [-- COMMAND [ARGUMENTS]]";

/** Examples: what is typed, and what it does. */
export const examples: readonly (readonly [string, string])[] = [
  ["sallyport -L 2001:ftp-host:21 user@ssh-host", "then: ftp localhost 2001, in any transfer mode"],
  ["sallyport -f -p 2222 -J jump user@ssh-host", "port 2121 here is the FTP server of ssh-host; in the background"],
  ["sallyport user@ssh-host -- lftp -u alice {url}", "a tunnel for as long as one program runs"],
];

/** What else the program is, and what it is for. */
const otherCommands: readonly (readonly [string, string])[] = [
  ["demo", "see it work on this machine alone: needs no server"],
  ["lab [run NUMBER]", "shows how FTP fails through SSH: sallyport lab --help"],
  ["serve [DIR]", "an FTP server: sallyport serve --help"],
  ["passwd NAME [FILE]", "adds a user for that server"],
  ["ftp [HOST]", "an FTP client at the prompt: sallyport ftp --help"],
  ["get|put|ls|cp URL...", "one transfer or listing: sallyport get --help"],
  ["rm|mkdir|mv URL...", "changes files at a server: sallyport rm --help"],
];

export const groupTitles: Readonly<Record<OptionGroup, string>> = {
  forwarding: "Forwarding",
  ssh: "SSH",
  ftp: "FTP",
  output: "Output",
  accepted: "Accepted because people type them with ssh",
  refused: "Options of ssh that are refused",
};

const shownGroups: readonly OptionGroup[] = ["forwarding", "ssh", "ftp", "output"];
const indent = 28;

/** The whole text; no line is wider than 100 columns. */
export function helpText(): string {
  return [
    "Sallyport makes FTP work through SSH: any FTP client, in every transfer mode.",
    "",
    "Usage: sallyport [tunnel] [-L [BIND:]PORT:HOST:HOSTPORT]... [options]",
    "                 [USER@]HOST [-- COMMAND [ARGUMENTS]]",
    ...otherCommands.map(([words, what]) => `       sallyport ${words.padEnd(22)}${what}`),
    "",
    "Examples:",
    ...examples.flatMap(([line, what]) => [`  ${line}`, `      ${what}`]),
    "",
    ...shownGroups.flatMap((group) => [`${groupTitles[group]}:`, ...optionsOf(group).flatMap(describe), ""]),
    "HOST is the SSH server, also as ssh://[USER@]HOST[:PORT]. Without -L: 127.0.0.1:2121:localhost:21.",
    "COMMAND gets SALLYPORT_HOST, SALLYPORT_PORT and SALLYPORT_URL; {host} {port} {url} are replaced.",
    `Accepted without effect: ${optionsOf("accepted").map(spelling).join(" ")}. Also: -h, --help, -V, --version.`,
    "Exit status: 0 after SIGINT or SIGTERM, the command's own, 2 usage, 255 SSH failed, 1 other errors.",
    "",
  ].join("\n");
}

/** Long names below each other. */
const describe = (row: OptionRow): readonly string[] =>
  describeRow(row, indent, row.short === undefined ? "      " : "  ");

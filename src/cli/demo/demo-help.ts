// What `sallyport demo --help` prints.
import { spelling } from "../command-line/option-row.ts";
import { demoOptions } from "./demo-command.ts";

/** The whole text; no line is wider than 100 columns. */
export function demoHelpText(): string {
  return [
    "Shows why FTP fails through ssh -L, and every mode through Sallyport, on this machine alone.",
    "",
    "Usage: sallyport demo [--once] [--step] [-v]",
    "",
    "Options:",
    ...demoOptions.map((row) => `  ${spelling(row)}`.padEnd(28) + row.help),
    "",
    "The failure is played in a simulated network. Then an SSH server and two FTP servers run inside",
    "the program, on free ports of 127.0.0.1, with a few files in memory; every transfer goes through a",
    "tunnel and is compared byte by byte. On a terminal the tunnel then stays open for your own",
    "client, until Ctrl-C; elsewhere the demo ends. No other program, configuration or network is",
    "needed; nothing is read from ~/.ssh, and nothing is left behind. Set NO_COLOR for no colours.",
    "Exit status: 0 when all transfers were right, also after Ctrl-C; 1 when one was not, 2 usage.",
    "",
  ].join("\n");
}

// What `sallyport ftp --help` prints.
import { describeRow } from "../command-line/describe-row.ts";
import { ftpOptions } from "./ftp-options.ts";

const indent = 34;

/** The whole text; no line is wider than 100 columns. */
export function ftpHelpText(): string {
  return [
    "The FTP client.",
    "",
    "Usage: sallyport ftp [options] [[user@]host [port]]",
    "       sallyport ftp [options] ftp://[user@]host[:port]/directory",
    "",
    "Options:",
    ...ftpOptions.flatMap((row) => describeRow(row, indent)),
    "",
    "At the prompt `help` shows the commands; Tab completes, Ctrl-C ends a transfer and not the program.",
    "User and password come from the command line, from ~/.netrc (which only you may read), or are",
    "asked for. Commands may come from a pipe: then nothing is asked, the first one that fails ends the",
    "program with its exit status, and a `-` before a command lets its failure pass.",
    "",
  ].join("\n");
}

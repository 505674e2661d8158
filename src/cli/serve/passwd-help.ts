// What `sallyport passwd --help` prints.
import { describeRow } from "../command-line/describe-row.ts";
import { passwdOptions } from "./passwd-command.ts";

const indent = 28;

/** The whole text; no line is wider than 100 columns. */
export function passwdHelpText(): string {
  return [
    "Makes a user's line for sallyport serve --password-file. It asks for the password twice.",
    "",
    "Usage: sallyport passwd NAME [FILE] [options]",
    "",
    "With FILE the line of that user in it is replaced or added; without, it is printed.",
    "",
    "Examples:",
    "  sallyport passwd alice users",
    "      then: sallyport serve /srv/ftp --password-file users",
    "",
    "Options:",
    ...passwdOptions.flatMap((row) => describeRow(row, indent)),
    "",
    "Exit status: 0 the line is there, 2 usage, the two passwords differ or FILE cannot be used.",
    "",
  ].join("\n");
}

// `sallyport passwd`: its help, and from the command line to a user.

import { usageError } from "../../text/usage-error.ts";
import type { OptionGroup } from "../command-line/option-table.ts";
import { Parser } from "../command-line/parser.ts";

export interface PasswdCommand {
  readonly kind: "passwd";
  readonly name: string;
  /** Absent: the line goes to standard output. */
  readonly file: string | undefined;
  readonly root: string | undefined;
  readonly readOnly: boolean;
}

type ParsedPasswdOptions = Partial<Pick<PasswdCommand, "root" | "readOnly">>;

export const passwdOptions: readonly OptionGroup<ParsedPasswdOptions>[] = [
  {
    title: "Options",
    rows: [
      { flags: "--root <DIR>", key: "root", help: "directory of this user (the server's)" },
      { flags: "--read-only", key: "readOnly", help: "this user changes nothing" },
    ],
  },
];

export function passwdParser(): Parser<ParsedPasswdOptions> {
  return new Parser(
    {
      usage: ["passwd NAME [FILE] [options]"],
      about: [
        "Makes a user's line for sallyport serve --password-file. It asks for the password twice.",
        "With FILE the line of that user in it is replaced or added; without, it is printed.",
        "",
        "Examples:",
        "  sallyport passwd alice users",
        "      then: sallyport serve /srv/ftp --password-file users",
      ],
      notes: ["Exit status: 0 the line is there, 2 usage, the two passwords differ or FILE cannot be used."],
    },
    passwdOptions,
  ).operands("[name]", "[file]");
}

/** Throws `USAGE_INVALID`. */
export function parsePasswd(args: readonly string[]): PasswdCommand {
  const { values, args: operands } = passwdParser().parseArgs(args);
  const [name = "", file] = operands;
  const { root, readOnly = false } = values;
  if (name === "") throw usageError("passwd wants a name", "Write sallyport passwd NAME [FILE].");
  for (const text of [name, root ?? ""]) {
    // The file has a line for each user and colons between the fields.
    if (/[:\r\n\0]|^#/.test(text)) throw usageError(`"${text}" cannot stand in a password file`, "Leave : and # out.");
  }
  return { kind: "passwd", name, file, root, readOnly };
}

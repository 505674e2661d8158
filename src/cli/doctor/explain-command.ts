// `sallyport explain`: its help, and from the command line to the text that is looked up.

import { usageError } from "../../text/usage-error.ts";
import { Parser } from "../command-line/parser.ts";

export interface ExplainCommand {
  readonly kind: "explain";
  /** A line of a program, or a number: D07, S07. */
  readonly text: string;
}

export function explainParser(): Parser<object> {
  return new Parser<object>(
    {
      usage: ["explain TEXT", "explain D07"],
      about: ["Says what a line of an FTP client or server, of ssh or of sshd's log means, and what helps."],
      notes: [
        "For example: sallyport explain '425 Security: Bad IP connecting.'",
        "Exit status: 0 when the line is known, 1 when it is not, 2 usage.",
      ],
    },
    [],
  ).operands("[text...]");
}

/** Words that were not quoted are joined. Throws `USAGE_INVALID`. */
export function parseExplain(args: readonly string[]): ExplainCommand {
  const text = explainParser().parseArgs(args).args.join(" ").trim();
  if (text === "") throw usageError("there is no text to explain", "Write sallyport explain '425 ...'.");
  return { kind: "explain", text };
}

// `sallyport passwd`: from words to a user.
import type { OptionRow } from "../command-line/option-row.ts";
import { takeOptions } from "../command-line/take-options.ts";
import { usageError } from "../command-line/usage-error.ts";

export interface PasswdCommand {
  readonly kind: "passwd";
  readonly name: string;
  /** Absent: the line goes to standard output. */
  readonly file: string | undefined;
  readonly root: string | undefined;
  readonly readOnly: boolean;
}

interface PasswdDraft {
  root?: string;
  readOnly: boolean;
}

export const passwdOptions: readonly OptionRow<PasswdDraft, "passwd">[] = [
  {
    long: "--root",
    values: ["DIR"],
    group: "passwd",
    help: "directory of this user (the server's)",
    apply: (draft, value) => {
      draft.root = value;
    },
  },
  {
    long: "--read-only",
    group: "passwd",
    help: "this user changes nothing",
    apply: (draft) => {
      draft.readOnly = true;
    },
  },
];

/** Throws `USAGE_INVALID`. */
export function parsePasswd(words: readonly string[]): PasswdCommand {
  const draft: PasswdDraft = { readOnly: false };
  const found: string[] = [];
  for (let rest = words; rest.length > 0; ) {
    const [word, ...more] = takeOptions(rest, draft, passwdOptions);
    if (word !== undefined) found.push(word);
    rest = more;
  }
  const [name = "", file, ...more] = found;
  if (name === "" || more.length > 0) throw usageError("passwd wants a name", "Write sallyport passwd NAME [FILE].");
  for (const text of [name, draft.root ?? ""]) {
    // The file has a line for each user and colons between the fields.
    if (/[:\r\n\0]|^#/.test(text)) throw usageError(`"${text}" cannot stand in a password file`, "Leave : and # out.");
  }
  return { kind: "passwd", name, file, root: draft.root, readOnly: draft.readOnly };
}

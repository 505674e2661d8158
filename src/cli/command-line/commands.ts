// The first words that are commands, and no destination: how the rest is read, and what --help prints.
import { parseDemo } from "../demo/demo-command.ts";
import { parseFtp } from "../ftp/ftp-command.ts";
import { parseLab } from "../lab/lab-command.ts";
import { parsePasswd } from "../serve/passwd-command.ts";
import { parseServe } from "../serve/serve-command.ts";
import { parseTransfer } from "../transfer/transfer-command.ts";
import type { TransferVerb } from "../transfer/transfer-options.ts";
import type { ParsedLine } from "./parsed-line.ts";

export interface Command {
  /** Reads the words behind it. Throws `USAGE_INVALID` or `POLICY_BIND`. */
  readonly parse: (words: readonly string[]) => ParsedLine;
  readonly help: ParsedLine;
}

const transfer = (verb: TransferVerb): readonly [string, Command] => [
  verb,
  { parse: (words) => parseTransfer(verb, words), help: { kind: "transfer-help", verb } },
];

/** In the order of the documentation. */
export const commands: ReadonlyMap<string, Command> = new Map([
  ["serve", { parse: parseServe, help: { kind: "serve-help" } }],
  ["passwd", { parse: parsePasswd, help: { kind: "passwd-help" } }],
  ["demo", { parse: parseDemo, help: { kind: "demo-help" } }],
  ["lab", { parse: parseLab, help: { kind: "lab-help" } }],
  ["ftp", { parse: parseFtp, help: { kind: "ftp-help" } }],
  transfer("get"),
  transfer("put"),
  transfer("ls"),
  transfer("cp"),
  transfer("rm"),
  transfer("mkdir"),
  transfer("mv"),
]);

/** Those that take URLs. */
export const urlCommands: readonly string[] = [...commands].flatMap(([name, { help }]) =>
  help.kind === "transfer-help" ? [name] : [],
);

/** All first words with a meaning; a host of such a name is written `user@help`. */
export const commandWords: readonly string[] = ["tunnel", ...commands.keys(), "help"];

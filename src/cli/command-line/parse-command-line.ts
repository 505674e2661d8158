// From the words of the command line to a command.

import { type DemoCommand, parseDemo } from "../demo/demo-command.ts";
import { type FtpCommand, parseFtp } from "../ftp/ftp-command.ts";
import { type LabCommand, parseLab } from "../lab/lab-command.ts";
import { type PasswdCommand, parsePasswd } from "../serve/passwd-command.ts";
import { parseServe, type ServeCommand } from "../serve/serve-command.ts";
import { parseTransfer, type TransferCommand } from "../transfer/transfer-command.ts";
import type { TransferVerb } from "../transfer/transfer-options.ts";
import { type Draft, emptyDraft } from "./option-row.ts";
import { optionTable } from "./option-table.ts";
import { joinPairs, takeOptions } from "./take-options.ts";
import { assemble, type TunnelCommand } from "./tunnel-command.ts";
import { usageError } from "./usage-error.ts";

export type ParsedLine =
  | TunnelCommand
  | ServeCommand
  | PasswdCommand
  | DemoCommand
  | LabCommand
  | FtpCommand
  | TransferCommand
  | { readonly kind: "serve-help" }
  | { readonly kind: "demo-help" }
  | { readonly kind: "lab-help" }
  | { readonly kind: "ftp-help" }
  | { readonly kind: "transfer-help"; readonly verb: TransferVerb }
  | { readonly kind: "help" }
  | { readonly kind: "version" };

/** The first words that are no destination, and what their --help is. */
const helpOf: ReadonlyMap<string | undefined, "serve-help" | "demo-help" | "lab-help" | "ftp-help"> = new Map([
  ["serve", "serve-help"],
  ["passwd", "serve-help"],
  ["demo", "demo-help"],
  ["lab", "lab-help"],
  ["ftp", "ftp-help"],
]);

const transferVerbs: readonly TransferVerb[] = ["get", "put", "ls", "cp"];

/** Reads the words after the program's name. Throws `USAGE_INVALID` or `POLICY_BIND`, nothing else. */
export function parseCommandLine(argv: readonly string[]): ParsedLine {
  const end = argv.indexOf("--");
  const words = end < 0 ? argv : argv.slice(0, end);
  const [first] = words;
  const help = helpAbout(first);
  if (words.some((word) => word === "--help" || word === "-h")) return help ?? { kind: "help" };
  if (words.some((word) => word === "--version" || word === "-V")) return { kind: "version" };
  const topic = first === "help" && words.length === 2 ? helpAbout(words[1]) : undefined;
  if (topic !== undefined) return topic;
  if (first === "help" && words.length === 1) return { kind: "help" };
  if (help !== undefined && end >= 0) throw usageError(`${first} runs no command`, "Leave the -- out.");
  if (first === "serve") return parseServe(words.slice(1));
  if (first === "passwd") return parsePasswd(words.slice(1));
  if (first === "demo") return parseDemo(words.slice(1));
  if (first === "lab") return parseLab(words.slice(1));
  if (first === "ftp") return parseFtp(words.slice(1));
  if (help?.kind === "transfer-help") return parseTransfer(help.verb, words.slice(1));
  return parseTunnel(words[0] === "tunnel" ? words.slice(1) : words, end < 0 ? undefined : argv.slice(end + 1));
}

/** What --help prints behind this word; undefined where it is no command. */
function helpAbout(word: string | undefined): ParsedLine | undefined {
  const verb = transferVerbs.find((name) => name === word);
  if (verb !== undefined) return { kind: "transfer-help", verb };
  const kind = helpOf.get(word);
  return kind && { kind };
}

function parseTunnel(words: readonly string[], command: readonly string[] | undefined): TunnelCommand {
  if (command?.length === 0) throw usageError("there is no command after --", "Write one, or leave the -- out.");
  const draft = emptyDraft();
  // As ssh does: options up to the host, options after the host, and then only the remote command is left.
  const [host, ...afterHost] = takeOptions(joinPairs(words, optionTable), draft, optionTable);
  const remoteCommand = takeOptions(afterHost, draft, optionTable);
  if (remoteCommand.length > 0) {
    throw usageError(
      `"${remoteCommand.join(" ")}" would be a remote command, and Sallyport runs none`,
      `To run a program here, through the tunnel: -- ${remoteCommand.join(" ")}`,
    );
  }
  return assemble(draft, host ?? destinationBehindTrace(words, draft) ?? noDestination(), command ?? []);
}

// `sallyport --trace host`: the word after --trace is the destination when there is no other.
function destinationBehindTrace(words: readonly string[], draft: Draft): string | undefined {
  const file = draft.trace?.file;
  if (file === undefined || !words.some((word, index) => word === "--trace" && words[index + 1] === file)) {
    return undefined;
  }
  draft.trace = {};
  return file;
}

function noDestination(): never {
  throw usageError(
    "the destination is missing: the SSH server to go through",
    "For example sallyport -L 2001:ftp-host:21 user@ssh-host. See sallyport --help; sallyport demo needs no server.",
  );
}

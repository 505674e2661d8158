// From the words of the command line to a command.
import { isSallyportError, type SallyportError } from "../../protocol/error.ts";
import { isHostName } from "./address.ts";
import { commands, urlCommands } from "./commands.ts";
import { nearCommand } from "./near-command.ts";
import { type Draft, emptyDraft } from "./option-row.ts";
import { optionTable } from "./option-table.ts";
import type { ParsedLine } from "./parsed-line.ts";
import { joinPairs, takeOptions } from "./take-options.ts";
import { assemble, type TunnelCommand } from "./tunnel-command.ts";
import { usageError, withHelpOf } from "./usage-error.ts";

/** Reads the words after the program's name. Throws `USAGE_INVALID` or `POLICY_BIND`, nothing else. */
export function parseCommandLine(argv: readonly string[]): ParsedLine {
  const end = argv.indexOf("--");
  const words = end < 0 ? argv : argv.slice(0, end);
  const [first = "", ...rest] = words;
  const command = commands.get(first);
  if (words.some((word) => word === "--help" || word === "-h")) return command?.help ?? { kind: "help" };
  if (words.some((word) => word === "--version" || word === "-V")) return { kind: "version" };
  const topic = first === "help" && rest.length === 1 ? commands.get(rest[0] ?? "") : undefined;
  if (topic !== undefined) return topic.help;
  if (first === "help" && rest.length === 0) return { kind: "help" };
  if (command !== undefined && end >= 0) throw usageError(`${first} runs no command`, "Leave the -- out.");
  if (command !== undefined) return withHelpOf(first, () => command.parse(rest));
  const behind = end < 0 ? undefined : argv.slice(end + 1);
  return first === "tunnel" ? parseTunnel(rest, behind) : parseUnnamed(words, behind);
}

/** A tunnel; but where it makes no sense as one, the first word may have been meant as a command. */
function parseUnnamed(words: readonly string[], command: readonly string[] | undefined): TunnelCommand {
  try {
    return parseTunnel(words, command);
  } catch (error) {
    const [first = "", ...rest] = words;
    if (!isSallyportError(error) || error.code !== "USAGE_INVALID" || rest.length === 0) throw error;
    const near = nearCommand(first);
    if (near !== undefined) {
      const line = ["sallyport", near, ...rest].join(" ");
      throw usageError(`unknown command "${first}"; did you mean ${near}?`, `Write ${line}. ${ifHost(first, error)}`);
    }
    if (isHostName(first) && rest.some((word) => /^(?:ftps?|sftp):\/\//i.test(word))) {
      throw usageError(
        `unknown command "${first}"`,
        `For URLs there are ${urlCommands.join(", ")}: for example sallyport get ${rest.at(-1)}. ${ifHost(first, error)}`,
      );
    }
    throw error;
  }
}

const ifHost = (first: string, { message }: SallyportError): string => `(Taken for an SSH host, ${first}: ${message}.)`;

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

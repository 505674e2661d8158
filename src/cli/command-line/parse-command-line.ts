// From the words of the command line to a command. commander splits the words; the option table knows what they mean.
import { Command, CommanderError, Option } from "commander";
import { type Draft, emptyDraft, type OptionRow } from "./option-row.ts";
import { optionTable } from "./option-table.ts";
import { assemble, type TunnelCommand } from "./tunnel-command.ts";
import { usageError } from "./usage-error.ts";

export type ParsedLine = TunnelCommand | { readonly kind: "help" } | { readonly kind: "version" };

/** Reads the words after the program's name. Throws `USAGE_INVALID` or `POLICY_BIND`, nothing else. */
export function parseCommandLine(argv: readonly string[]): ParsedLine {
  const end = argv.indexOf("--");
  const words = end < 0 ? argv : argv.slice(0, end);
  if (words.some((word) => word === "--help" || word === "-h")) return { kind: "help" };
  if (words.some((word) => word === "--version" || word === "-V")) return { kind: "version" };
  if (words.length === 1 && words[0] === "help") return { kind: "help" };
  return parseTunnel(words[0] === "tunnel" ? words.slice(1) : words, end < 0 ? undefined : argv.slice(end + 1));
}

function parseTunnel(words: readonly string[], command: readonly string[] | undefined): TunnelCommand {
  if (command?.length === 0) throw usageError("there is no command after --", "Write one, or leave the -- out.");
  const draft = emptyDraft();
  // As ssh does: options up to the host, options after the host, and then only the remote command is left.
  const [host, ...afterHost] = takeOptions(joinPairs(words), draft);
  const remoteCommand = takeOptions(afterHost, draft);
  if (remoteCommand.length > 0) {
    throw usageError(
      `"${remoteCommand.join(" ")}" would be a remote command, and Sallyport runs none`,
      `To run a program here, through the tunnel: -- ${remoteCommand.join(" ")}`,
    );
  }
  return assemble(draft, host ?? destinationBehindTrace(words, draft) ?? noDestination(), command ?? []);
}

/** Takes the options before the first other word into the draft; gives back that word and all after it. */
function takeOptions(words: readonly string[], draft: Draft): readonly string[] {
  const parser = new Command("sallyport").helpOption(false).exitOverride().passThroughOptions();
  parser.configureOutput({ writeErr: () => {}, writeOut: () => {} }).allowExcessArguments();
  for (const row of optionTable) {
    const option = new Option(flags(row), row.help);
    parser.addOption(option);
    parser.on(`option:${option.name()}`, (value?: string | null) => {
      const [first = "", second = ""] = (row.values?.length ?? 0) > 1 ? (value ?? "").split(pairMark) : [value ?? ""];
      row.apply(draft, first, second);
    });
  }
  try {
    return parser.parse(words, { from: "user" }).args;
  } catch (error) {
    throw error instanceof CommanderError ? translate(error) : error;
  }
}

function flags(row: OptionRow): string {
  const names = [row.short, row.long].filter((name) => name !== undefined).join(", ");
  if (row.values === undefined) return names;
  return row.optional ? `${names} [value]` : `${names} <value>`;
}

// commander knows options with one value. A pair travels as one word; NUL cannot be part of any other.
const pairMark = "\0";

function joinPairs(words: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const row = optionTable.find(({ long, values }) => values?.length === 2 && word.split("=")[0] === long);
    if (row === undefined) {
      joined.push(word);
      continue;
    }
    const attached = word.includes("=") ? [word.slice(word.indexOf("=") + 1)] : [];
    const [first = "", second = ""] = [...attached, ...words.slice(index + 1, index + 3 - attached.length)];
    if (first === "" || second === "" || second.startsWith("-")) {
      throw usageError(`${row.long} needs two values`, `Write ${row.long} ${row.values?.join(" ")}.`);
    }
    joined.push(`${row.long}=${first}${pairMark}${second}`);
    index += 2 - attached.length;
  }
  return joined;
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
    "For example sallyport -L 2001:ftp-host:21 user@ssh-host; sallyport --help tells more.",
  );
}

function translate(error: CommanderError): Error {
  const flag = /'(--?[^' ,]*)/.exec(error.message)?.[1] ?? "";
  const near = /Did you mean (?:one of )?(--[^?]*)\?/.exec(error.message)?.[1];
  if (error.code === "commander.optionMissingArgument") {
    const row = optionTable.find(({ short, long }) => short === flag || long === flag);
    return usageError(`${flag} needs a value`, `Write ${flag} ${row?.values?.join(" ") ?? "VALUE"}.`);
  }
  if (optionTable.some(({ long }) => long !== undefined && flag.startsWith(`${long}=`))) {
    return usageError(`${flag.split("=", 1)[0]} takes no value`, "Leave the = and what follows it out.");
  }
  if (error.code === "commander.unknownOption") {
    return usageError(`there is no option ${flag}`, near === undefined ? undefined : `Did you mean ${near}?`);
  }
  return usageError(error.message.replace(/^error: /, ""));
}

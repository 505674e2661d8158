// The words of the command line against a table of options: commander splits the words; the rows know what they mean.
import { Command, CommanderError, Option } from "commander";
import type { OptionRow, Spelled } from "./option-row.ts";
import { usageError } from "./usage-error.ts";

type Table<D> = readonly OptionRow<D, string>[];

/** Takes the options before the first other word into the draft; gives back that word and all after it. */
export function takeOptions<D>(words: readonly string[], draft: D, table: Table<D>): readonly string[] {
  const parser = new Command("sallyport").helpOption(false).exitOverride().passThroughOptions();
  parser.configureOutput({ writeErr: () => {}, writeOut: () => {} }).allowExcessArguments();
  for (const row of table) {
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
    throw error instanceof CommanderError ? translate(error, table) : error;
  }
}

function flags(row: Spelled): string {
  const names = [row.short, row.long].filter((name) => name !== undefined).join(", ");
  if (row.values === undefined) return names;
  return row.optional ? `${names} [value]` : `${names} <value>`;
}

// commander knows options with one value. A pair travels as one word; NUL cannot be part of any other.
const pairMark = "\0";

/** A pair of values behind its option, as one word for {@link takeOptions}. */
export function joinPairs(words: readonly string[], table: readonly Spelled[]): readonly string[] {
  const joined: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const row = table.find(({ long, values }) => values?.length === 2 && word.split("=")[0] === long);
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

function translate(error: CommanderError, table: readonly Spelled[]): Error {
  const flag = /'(--?[^' ,]*)/.exec(error.message)?.[1] ?? "";
  const near = /Did you mean (?:one of )?(--[^?]*)\?/.exec(error.message)?.[1];
  if (error.code === "commander.optionMissingArgument") {
    const row = table.find(({ short, long }) => short === flag || long === flag);
    return usageError(`${flag} needs a value`, `Write ${flag} ${row?.values?.join(" ") ?? "VALUE"}.`);
  }
  if (table.some(({ long }) => long !== undefined && flag.startsWith(`${long}=`))) {
    return usageError(`${flag.split("=", 1)[0]} takes no value`, "Leave the = and what follows it out.");
  }
  if (error.code === "commander.unknownOption") {
    return usageError(`unknown option ${flag}`, near === undefined ? undefined : `Did you mean ${near}?`);
  }
  return usageError(error.message.replace(/^error: /, ""));
}

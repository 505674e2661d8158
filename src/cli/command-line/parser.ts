// One command's parser: commander, driven by a table of options. Its help is commander's own, in our columns; its
// mistakes are our usage errors.
import { Command, type Help, Option } from "commander";
import { usageError } from "../../text/usage-error.ts";
import { type AnyRow, flagOf, isPair, type OptionGroup, spelling } from "./option-table.ts";
import { plainText } from "./values.ts";

/** Called by commander for each kind of mistake; they are not in its types. */
declare module "commander" {
  interface Command {
    unknownOption(flag: string): void;
    optionMissingArgument(option: Option): void;
    _conflictingOption(option: Option, other: Option): void;
    _excessArguments(received: readonly string[]): void;
  }
}

export interface CommandText {
  /** What is typed behind the program's name, one way a line; the first begins with the command. */
  readonly usage: readonly string[];
  /** What it is for, and what one has to know before the options. */
  readonly about: readonly string[];
  /** What stands below the options. */
  readonly notes: readonly string[];
  /** Where the descriptions of options begin. Default 28. */
  readonly column?: number;
}

/** `Values`: what its options give. */
export class Parser<Values> extends Command {
  readonly #text: CommandText;
  readonly #pairs: readonly string[];

  constructor(text: CommandText, groups: readonly OptionGroup<Values>[]) {
    super("sallyport");
    this.#text = text;
    this.exitOverride();
    this.configureOutput({ writeErr: () => {}, writeOut: () => {}, getOutHelpWidth: () => 100 });
    this.configureHelp({
      padWidth: () => (text.column ?? 28) - 4,
      optionTerm: ({ flags }) => spelling(flags),
      optionDescription: ({ description }) => description,
      formatItem,
    });
    this.addHelpOption(new Option("-h, --help").hideHelp());
    this.usage(text.usage.join("\n       sallyport "));
    this.description(text.about.join("\n"));
    const rows: AnyRow[] = [];
    for (const { title, hidden = false, rows: own } of groups) {
      const known: readonly AnyRow[] = own;
      for (const row of known) this.addOption(new RowOption(row, () => rows).helpGroup(`${title}:`).hideHelp(hidden));
      rows.push(...known);
    }
    this.#pairs = rows.filter(isPair).map(flagOf);
  }

  /** Operands that the command takes, as commander writes them: `[file]`. Others are a mistake. */
  operands(...names: readonly string[]): this {
    for (const name of names) this.argument(name);
    return this;
  }

  /** What the options gave. */
  get values(): Partial<Values> {
    return this.opts();
  }

  helpText(): string {
    return [this.helpInformation(), ...this.#text.notes, ""].join("\n");
  }

  /** Throws `USAGE_INVALID`. */
  parseArgs(args: readonly string[]): this {
    return this.parse(this.#joinPairs(args), { from: "user" });
  }

  /** Reads options behind a first operand, too; gives what is left. */
  parseMore(args: readonly string[]): readonly string[] {
    const { operands, unknown } = this.parseOptions([...args]);
    if (unknown[0] !== undefined) this.unknownOption(unknown[0]);
    return operands;
  }

  /** commander knows options with one value: a pair travels as one argument. */
  #joinPairs(args: readonly string[]): readonly string[] {
    const joined: string[] = [];
    for (let at = 0; at < args.length; at += 1) {
      const arg = args[at] ?? "";
      const flag = this.#pairs.find((name) => arg === name || arg.startsWith(`${name}=`));
      if (flag === undefined) {
        joined.push(arg);
        continue;
      }
      const one = arg === flag ? args[++at] : arg.slice(flag.length + 1);
      const second = args[++at] ?? "";
      if (!one || second === "" || second.startsWith("-")) this.#missing(flag, "two values");
      joined.push(`${flag}=${one}${pairMark}${second}`);
    }
    return joined;
  }

  #missing(flag: string, what: string): never {
    const option = this.options.find(({ short, long }) => short === flag || long === flag);
    throw usageError(`${flag} needs ${what}`, `Write ${spelling(option?.flags ?? flag)}.`);
  }

  override optionMissingArgument(option: Option): never {
    return this.#missing(option.long ?? option.short ?? "", "a value");
  }

  override unknownOption(flag: string): never {
    const [name = flag] = flag.split("=", 1);
    if (name !== flag && this.options.some(({ long }) => long === name)) {
      throw usageError(`${name} takes no value`, "Leave the = and what follows it out.");
    }
    let suggestion: string | undefined;
    try {
      super.unknownOption(flag);
    } catch (error) {
      // The second line is commander's suggestion.
      suggestion = (error as Error).message.split("\n")[1]?.replace(/^\((.*)\)$/, "$1");
    }
    throw usageError(`unknown option ${flag}`, suggestion);
  }

  override _conflictingOption(option: Option, other: Option): never {
    throw usageError(`${option.long ?? option.short} and ${other.long ?? other.short} cannot be used together`);
  }

  override _excessArguments(received: readonly string[]): never {
    const extra = received[this.registeredArguments.length] ?? "";
    throw usageError(
      `unexpected argument "${extra}"`,
      `Write sallyport ${this.#text.usage[0]?.replace(/ {2,}.*/, "")}.`,
    );
  }
}

/** NUL cannot be part of any argument. */
const pairMark = "\0";

/** A row as commander knows an option. */
class RowOption extends Option {
  readonly #key: string;

  constructor(row: AnyRow, rows: () => readonly AnyRow[]) {
    super(row.flags, row.help);
    this.#key = row.key;
    const flag = flagOf(row);
    if (row.conflicts !== undefined) this.conflicts([...row.conflicts]);
    this.argParser((text: string | undefined, before: unknown) => {
      if (this.isBoolean() || this.negate) {
        if (row.exclusive) assertAlone(row, before, rows());
        if (row.read === undefined) return row.set ?? !this.negate;
      }
      const [first = "", second = ""] = (text ?? "").split(pairMark);
      return (row.read ?? plainText)(first, flag, before as never, second);
    });
    // An optional value that is left out is an empty one.
    if (this.optional && !this.required) this.preset("");
  }

  override attributeName(): string {
    return this.#key;
  }
}

function assertAlone(row: AnyRow, before: unknown, rows: readonly AnyRow[]): void {
  if (before === undefined || before === row.set) return;
  const other = rows.find(({ key, set }) => key === row.key && set === before);
  throw usageError(`${other === undefined ? "" : flagOf(other)} and ${flagOf(row)} cannot be used together`);
}

/** What it does stands beside the option, or below where its spelling is long. */
function formatItem(term: string, width: number, description: string, helper: Help): string {
  const indent = " ".repeat(width + 4);
  return helper.displayWidth(term) > width
    ? `  ${term}\n${indent}${description}`
    : `  ${term.padEnd(width + 2)}${description}`;
}

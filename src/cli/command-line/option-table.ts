// What one option is: the rows from which the parser, --help and docs/reference are made.
/** Options that stand together in --help. */
export interface OptionGroup<Values> {
  readonly title: string;
  readonly rows: readonly OptionRow<Values>[];
  /** Not in --help: one line is about all of them, or none. */
  readonly hidden?: true;
}

/** `Values`: what the options of a command give, by their keys; what was not given is not there. */
export type OptionRow<Values> = {
  [Key in keyof Values & string]-?: Row<Key, Exclude<Values[Key], undefined>>;
}[keyof Values & string];

interface Row<Key extends string, Value> extends RowText {
  readonly key: Key;
  /** What a switch gives. Default true. */
  readonly set?: Value;
  /** Reads the value; `before` is what the key has by now. Default: a text that is not empty. */
  readonly read?: (text: string, flag: string, before: Value | undefined, second: string) => Value;
  /** Another option that sets the same key to something else cannot stand beside it. */
  readonly exclusive?: true;
  /** Keys of options that cannot stand beside it. */
  readonly conflicts?: readonly string[];
}

/** What of a row is for readers. */
export interface RowText {
  /** As commander writes them: `-p <PORT>`, `--trace [FILE]`, and with two values `<ADDRESS> <CIDR>`. */
  readonly flags: string;
  /** One line for --help. */
  readonly help: string;
  /** What else the reference page says. */
  readonly more?: string;
}

/** Any row, for what does not care which command it is of. */
export interface AnyRow extends RowText {
  readonly key: string;
  readonly set?: unknown;
  readonly read?: (text: string, flag: string, before: never, second: string) => unknown;
  readonly exclusive?: true;
  readonly conflicts?: readonly string[];
}

/** `-p PORT`, `--trace [FILE]`: how help and reference write an option. */
export const spelling = (flags: string): string => flags.replace(/[<>]/g, "");

/** `-p` of `-p <PORT>`. */
export const flagOf = ({ flags }: RowText): string => flags.split(" ", 1)[0] ?? flags;

/** True for an option with two values. */
export const isPair = ({ flags }: RowText): boolean => /> </.test(flags);

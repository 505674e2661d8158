// `sallyport demo`: from words to what is shown.
import type { OptionRow } from "../command-line/option-row.ts";
import { takeOptions } from "../command-line/take-options.ts";
import { usageError } from "../command-line/usage-error.ts";

export interface DemoCommand {
  readonly kind: "demo";
  /** End after the show, on a terminal too. */
  readonly once: boolean;
  /** Show the dialogue of every transfer in every mode. */
  readonly whole: boolean;
  /** Show what was said in the first transfer of each mode, and wait for Enter between the parts. */
  readonly step: boolean;
}

type DemoDraft = { -readonly [K in Exclude<keyof DemoCommand, "kind">]: DemoCommand[K] };

export const demoOptions: readonly OptionRow<DemoDraft, "demo">[] = [
  {
    long: "--once",
    group: "demo",
    help: "end after the show, without waiting for your own client",
    apply: (draft) => {
      draft.once = true;
    },
  },
  {
    long: "--step",
    group: "demo",
    help: "show each mode by itself, and wait for Enter between the parts",
    apply: (draft) => {
      draft.step = true;
    },
  },
  {
    short: "-v",
    group: "demo",
    help: "show the dialogue of every transfer in every mode",
    apply: (draft) => {
      draft.whole = true;
    },
  },
];

/** Throws `USAGE_INVALID`. */
export function parseDemo(words: readonly string[]): DemoCommand {
  const draft: DemoDraft = { once: false, whole: false, step: false };
  const [extra] = takeOptions(words, draft, demoOptions);
  if (extra !== undefined) {
    throw usageError(`unexpected argument "${extra}"`, "Write sallyport demo [--once] [--step] [-v].");
  }
  return { kind: "demo", ...draft };
}

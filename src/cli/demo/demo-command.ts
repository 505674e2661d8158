// `sallyport demo`: from words to what is shown.
import type { OptionRow } from "../command-line/option-row.ts";
import { takeOptions } from "../command-line/take-options.ts";
import { usageError } from "../command-line/usage-error.ts";

export interface DemoCommand {
  readonly kind: "demo";
  /** End after the show. */
  readonly once: boolean;
  /** Show the trace of every transfer. */
  readonly whole: boolean;
}

interface DemoDraft {
  once: boolean;
  whole: boolean;
}

export const demoOptions: readonly OptionRow<DemoDraft, "demo">[] = [
  {
    long: "--once",
    group: "demo",
    help: "end after the show, without waiting for a client of yours",
    apply: (draft) => {
      draft.once = true;
    },
  },
  {
    short: "-v",
    group: "demo",
    help: "show what was said in every transfer, not only in the first of each mode",
    apply: (draft) => {
      draft.whole = true;
    },
  },
];

/** Throws `USAGE_INVALID`. */
export function parseDemo(words: readonly string[]): DemoCommand {
  const draft: DemoDraft = { once: false, whole: false };
  const [extra] = takeOptions(words, draft, demoOptions);
  if (extra !== undefined) throw usageError(`"${extra}" is one word too many`, "Write sallyport demo [--once] [-v].");
  return { kind: "demo", ...draft };
}

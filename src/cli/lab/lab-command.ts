// `sallyport lab`: from words to what is played.
import { scenarioNumbers } from "../../lab/scenario-numbers.ts";
import type { OptionRow } from "../command-line/option-row.ts";
import { takeOptions } from "../command-line/take-options.ts";
import { usageError } from "../command-line/usage-error.ts";

export interface LabCommand {
  readonly kind: "lab";
  /** Numbers to play; none: list them all. */
  readonly numbers: readonly string[];
  /** All of them, one line each. */
  readonly all: boolean;
  /** Wait for Enter between the parts. */
  readonly step: boolean;
  /** File for a page of them, instead of the terminal. */
  readonly html?: string;
  /** With real programs in network namespaces. */
  readonly real: boolean;
}

export interface LabDraft {
  all: boolean;
  step: boolean;
  html?: string;
  real: boolean;
}

export const labOptions: readonly OptionRow<LabDraft, "lab">[] = [
  {
    long: "--all",
    group: "lab",
    help: "run all twenty, with one line each",
    apply: (draft) => {
      draft.all = true;
    },
  },
  {
    long: "--step",
    group: "lab",
    help: "wait for Enter between the parts; needs a terminal",
    apply: (draft) => {
      draft.step = true;
    },
  },
  {
    long: "--html",
    values: ["FILE"],
    group: "lab",
    help: "write one HTML page with figures, instead of text here",
    apply: (draft, file) => {
      draft.html = file;
    },
  },
  {
    long: "--real",
    group: "lab",
    help: "real programs in network namespaces; needs Linux and root",
    apply: (draft) => {
      draft.real = true;
    },
  },
];

const usage =
  "Write sallyport lab, sallyport lab run S08 [--step] [--real], or sallyport lab run --all; or --html FILE for a page.";

/** Throws `USAGE_INVALID`. */
export function parseLab(words: readonly string[]): LabCommand {
  const draft: LabDraft = { all: false, step: false, real: false };
  const [verb, ...named] = takeAll(words, draft);
  if (verb !== undefined && verb !== "run") throw usageError(`lab cannot "${verb}"`, usage);
  const numbers = named.map(numberOf);
  const isAsked = draft.all || draft.step || draft.real || draft.html !== undefined;
  if (verb === undefined && isAsked) throw usageError("there is nothing to run", usage);
  if (verb === "run" && draft.all === numbers.length > 0) {
    throw usageError(
      draft.all ? "--all and a number cannot be used together" : "the scenario's number is missing",
      usage,
    );
  }
  if (draft.all && draft.step) throw usageError("--all shows no parts to step through", usage);
  if (draft.html === "") throw usageError("--html needs the name of a file", usage);
  if (draft.html !== undefined && draft.real) throw usageError("--html draws simulated runs", "Leave --real out.");
  if (draft.html !== undefined && draft.step) throw usageError("--html and --step cannot be used together", usage);
  return { kind: "lab", numbers, ...draft };
}

/** Options may stand before, between and behind the other words. */
function takeAll(words: readonly string[], draft: LabDraft): readonly string[] {
  const [first, ...rest] = takeOptions(words, draft, labOptions);
  return first === undefined ? [] : [first, ...takeAll(rest, draft)];
}

/** `8`, `s8` and `S08` are the same. */
function numberOf(word: string): string {
  const digits = /^[Ss]?(\d{1,2})$/.exec(word)?.[1];
  const number = `S${digits?.padStart(2, "0")}`;
  if (scenarioNumbers.includes(number)) return number;
  throw usageError(`there is no scenario "${word}"`, "They are S01 to S20; sallyport lab lists them.");
}

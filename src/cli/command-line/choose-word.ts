// One word out of a few, and the near one for a typo.
import { usageError } from "./usage-error.ts";

/** The word itself if it is one of `words`; else a usage error that lists them, the likely one first. */
export function chooseWord<Word extends string>(text: string, words: readonly Word[], what: string): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  const near = words.find((word) => text !== "" && (word.startsWith(text) || text.startsWith(word)));
  throw usageError(
    `${what}: "${text}" is not one of ${words.join(", ")}`,
    near === undefined ? `Write ${what} ${words[0] ?? ""} or another of them.` : `Did you mean ${what} ${near}?`,
  );
}

// The conditions of a Match line: ssh_config(5), Match.
import { matchesPatternList } from "../pattern.ts";

/** What the conditions that look at something look at. */
export type MatchSubjects = Readonly<Record<"host" | "originalhost" | "user" | "localuser", string>>;

export interface MatchResult {
  readonly met: boolean;
  /** `final` was seen: the files are to be read once more. */
  readonly wantsFinal: boolean;
  /** Conditions that were not looked at, and count as not met. */
  readonly unknown: readonly string[];
  /** Why the line is wrong. */
  readonly problem?: string;
}

/** `final` is true in the second reading. */
export function evaluateMatch(args: readonly string[], subjects: MatchSubjects, final: boolean): MatchResult {
  let result: MatchResult = { met: true, wantsFinal: false, unknown: [] };
  if (args.length === 0) return { ...result, met: false, problem: "Match without a condition" };
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const negated = word.startsWith("!");
    const name = (negated ? word.slice(1) : word).toLowerCase();
    let holds = name === "all" || final;
    if (name === "final") result = { ...result, wantsFinal: true };
    else if (name !== "all" && name !== "canonical") {
      const patterns = rest.shift();
      if (patterns === undefined) return { ...result, met: false, problem: `Match ${name} has no value` };
      const subject = Object.entries(subjects).find(([key]) => key === name)?.[1];
      if (subject === undefined) result = { ...result, met: false, unknown: [...result.unknown, name] };
      holds = subject !== undefined && matchesPatternList(patterns.split(","), subject);
    }
    if (holds === negated) result = { ...result, met: false };
  }
  return result;
}

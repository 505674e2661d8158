// The one rule for what to do with a part and a file that are there already; docs/reference/resume.md has the table, and a test runs it.
import type { SourceFacts } from "../client/transfer-options.ts";

/** What there is of the part. `changed`: it is from a source that was replaced since. */
export type PartState = "none" | "shorter" | "whole" | "longer" | "changed";

/** What has the name. `shorter`: perhaps the beginning of the source. `older`: another content. */
export type NameState = "none" | "shorter" | "older" | "same";

export type Step = "begin" | "resume part" | "resume name" | "rename part" | "there already";

type Row = Readonly<Record<NameState, Step>>;

/** Nothing of the part can be used. */
const noPart: Row = { none: "begin", shorter: "resume name", older: "begin", same: "there already" };

export const resumeSteps: Readonly<Record<PartState, Row>> = {
  none: noPart,
  shorter: { none: "resume part", shorter: "resume part", older: "resume part", same: "there already" },
  whole: { none: "rename part", shorter: "rename part", older: "rename part", same: "there already" },
  longer: noPart,
  // Another file was meant when NAME was left.
  changed: { ...noPart, shorter: "begin" },
};

/** `bytes`: of the part, undefined where there is none. */
export function partState(bytes: number | undefined, source: SourceFacts, noted: Likeness): PartState {
  if (bytes === undefined) return "none";
  if (noted === "changed") return "changed";
  if (source.size === undefined || bytes < source.size) return "shorter";
  return bytes === source.size ? "whole" : "longer";
}

/** By what can be seen from outside; `unclear` has to be compared byte by byte. */
export function nameState(name: SourceFacts | undefined, source: SourceFacts): NameState | "unclear" {
  if (name?.size === undefined) return name === undefined ? "none" : "older";
  if (source.size === undefined || name.size < source.size) return "shorter";
  if (name.size > source.size) return "older";
  if (name.modifiedMs === undefined || source.modifiedMs === undefined) return "unclear";
  // Clocks differ by a little. Whoever wrote it after the source's last change may have written anything.
  return name.modifiedMs - source.modifiedMs < -2000 ? "older" : "unclear";
}

/** Whether a file is the one that was noted with a part, before anybody resumes that. */
export type Likeness = "same" | "changed" | "unknown";

/** A size alone proves nothing: a file is often replaced by one of its size. */
export function likeness(noted: SourceFacts | undefined, now: SourceFacts): Likeness {
  if (noted === undefined) return "unknown";
  if (noted.size !== undefined && now.size !== undefined && noted.size !== now.size) return "changed";
  if (noted.modifiedMs === undefined || now.modifiedMs === undefined) return "unknown";
  return isSameTime(noted.modifiedMs, now.modifiedMs) ? "same" : "changed";
}

/**
 * Whether what has the name is still what had it before this run: servers with atomic uploads keep the old file until the new one is
 * whole. Without times a file of the same size may be.
 */
export function isUntouched(before: SourceFacts | "nothing" | "unknown" | undefined, now: SourceFacts): boolean {
  if (before === undefined || typeof before === "string" || before.size !== now.size) return false;
  return likeness(before, now) !== "changed";
}

/** FTP and SFTP tell whole seconds, file systems more. */
function isSameTime(a: number, b: number): boolean {
  const isCoarse = a % 1000 === 0 || b % 1000 === 0;
  return isCoarse ? Math.floor(a / 1000) === Math.floor(b / 1000) : a === b;
}

export function writeNote({ size, modifiedMs }: SourceFacts): string {
  return `${JSON.stringify({ size, modifiedMs })}\n`;
}

/** Undefined for what is no note of ours. */
export function readNote(text: string): SourceFacts | undefined {
  try {
    const { size, modifiedMs } = JSON.parse(text) as Record<string, unknown>;
    return {
      ...(typeof size === "number" ? { size } : {}),
      ...(typeof modifiedMs === "number" ? { modifiedMs } : {}),
    };
  } catch {
    return undefined;
  }
}

// Which file a part is from: what is noted with the part, and compared before anybody resumes it.
import type { SourceFacts } from "../client/transfer-options.ts";

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
